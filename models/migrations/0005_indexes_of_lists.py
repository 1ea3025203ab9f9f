from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0004_logs_of_uploads_and_publications')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Production',
            index=Index(fields=['created_at', 'id'], name='productions_by_age'),
        ),
        ops.AddIndex(
            model_name='Production',
            index=Index(fields=['title', 'id'], name='productions_by_title'),
        ),
        ops.AddIndex(
            model_name='SpaceMember',
            index=Index(fields=['space_id', 'created_at', 'id'], name='space_members_by_age'),
        ),
        ops.AddIndex(
            model_name='Upload',
            index=Index(fields=['owner_id', 'title', 'id'], name='uploads_by_title'),
        ),
    ]
