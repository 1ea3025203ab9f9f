from tortoise import migrations
from tortoise.migrations import operations as ops
from models.statuses import UploadKind
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ProductionAsset',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('production', fields.ForeignKeyField('models.Production', source_field='production_id', db_constraint=True, to_field='id', related_name='assets', on_delete=OnDelete.CASCADE)),
                ('upload', fields.ForeignKeyField('models.Upload', source_field='upload_id', db_constraint=True, to_field='id', related_name='used_as_asset', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'production_assets', 'app': 'models', 'unique_together': (('production_id', 'upload_id'),), 'indexes': [Index(fields=['upload_id'], name='production_assets_by_upload')], 'pk_attr': 'id', 'table_description': "An upload that a production's config refers to, besides the one it is made of."},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Upload',
            options={'table': 'uploads', 'app': 'models', 'indexes': [Index(fields=['owner_id', 'created_at', 'id'], name='uploads_by_owner'), Index(fields=['status', 'leased_until'], name='uploads_by_work'), Index(fields=['status', 'expires_at'], name='uploads_by_expiry')], 'pk_attr': 'id', 'table_description': 'A raw source file of one owner: the video of a production, or an image, sound or captions for one.'},
        ),
        ops.AddField(
            model_name='Upload',
            name='kind',
            field=fields.CharEnumField(default=UploadKind.VIDEO, description='VIDEO: VIDEO\nIMAGE: IMAGE\nAUDIO: AUDIO\nCAPTIONS: CAPTIONS', db_default=UploadKind.VIDEO, enum_type=UploadKind, max_length=20),
        ),
        # A trim was one range; it is a list of kept ranges now.
        *(
            ops.RunSQL(
                f"""UPDATE {table} SET config = jsonb_set(config::jsonb, '{{trim}}', jsonb_build_object('keep',
                jsonb_build_array(config::jsonb -> 'trim')))
                WHERE jsonb_exists(config::jsonb -> 'trim', 'start_ms')""",
                reverse_sql="",
            )
            for table in ("productions", "renders")
        ),
    ]
