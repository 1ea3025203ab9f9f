from tortoise import migrations
from tortoise.migrations import operations as ops
from models.statuses import ProductionStatus, RenderErrorStage, RenderStepKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_upload_kinds_and_kept_ranges')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RenderStep',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('production', fields.ForeignKeyField('models.Production', source_field='production_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.CASCADE)),
                ('render_number', fields.IntField()),
                ('after_sequence', fields.IntField()),
                ('kind', fields.CharEnumField(description='SUBMITTED: SUBMITTED\nCANCEL_REQUESTED: CANCEL_REQUESTED\nSUPERSEDED: SUPERSEDED\nRENDER_ENDED: RENDER_ENDED\nPUBLISHED: PUBLISHED', enum_type=RenderStepKind, max_length=20)),
                ('status', fields.CharEnumField(description='QUEUED: QUEUED\nPROCESSING: PROCESSING\nCOMPLETED: COMPLETED\nFAILED: FAILED\nCANCELED: CANCELED', enum_type=ProductionStatus, max_length=20)),
                ('cause', fields.CharField(max_length=300)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'render_steps', 'app': 'models', 'indexes': [Index(fields=['production_id', 'after_sequence', 'id'], name='render_steps_by_production')], 'pk_attr': 'id', 'table_description': "A step of a production's history that is no transition, and so is not in the event log."},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Render',
            name='error_stage',
            field=fields.CharEnumField(null=True, description='PREPARING: PREPARING\nSUBMITTING: SUBMITTING\nRENDERING: RENDERING', enum_type=RenderErrorStage, max_length=20),
        ),
        ops.AddField(
            model_name='Render',
            name='automatic_retries',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Render',
            name='due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Render',
            name='looked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Render',
            name='overdue_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Render',
            name='told_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        # Renders with a job that are under way now are looked at once.
        ops.RunSQL(
            "UPDATE renders SET overdue_at = now() WHERE status IN ('QUEUED', 'PROCESSING') AND job_id IS NOT NULL",
            reverse_sql="",
        ),
        ops.AddIndex(
            model_name='Render',
            index=Index(fields=['overdue_at'], name='renders_by_silence'),
        ),
        ops.AddIndex(
            model_name='Render',
            index=Index(fields=['looked_at'], name='renders_by_look'),
        ),
    ]
