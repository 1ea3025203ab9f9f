from tortoise import migrations
from tortoise.migrations import operations as ops
from models.statuses import StatusEventKind
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0003_life_of_a_render')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Publication',
            name='sequence',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AlterField(
            model_name='StatusEvent',
            name='kind',
            field=fields.CharEnumField(description='PRODUCTION_STATUS: PRODUCTION_STATUS\nUPLOAD_STATUS: UPLOAD_STATUS\nPUBLICATION_STATUS: PUBLICATION_STATUS', enum_type=StatusEventKind, max_length=30),
        ),
        ops.AddField(
            model_name='Upload',
            name='sequence',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddIndex(
            model_name='StatusEvent',
            index=Index(fields=['kind', 'transaction_id', 'id'], name='status_events_by_kind'),
        ),
        # What is there already begins its log as it stands, so that everything has a latest event.
        ops.RunSQL(
            """INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at)
            SELECT 'UPLOAD_STATUS', id, 1, jsonb_build_object(
                'previousStatus', NULL, 'status', status, 'cause', 'the log begins'), updated_at
            FROM uploads ORDER BY updated_at""",
            reverse_sql="DELETE FROM status_events WHERE kind = 'UPLOAD_STATUS'",
        ),
        ops.RunSQL("UPDATE uploads SET sequence = 1", reverse_sql=""),
        ops.RunSQL(
            """INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at)
            SELECT 'PUBLICATION_STATUS', id, 1, jsonb_build_object(
                'previousStatus', NULL, 'status', status, 'spaceId', space_id, 'productionId', production_id,
                'cause', 'the log begins'), updated_at
            FROM publications ORDER BY updated_at""",
            reverse_sql="DELETE FROM status_events WHERE kind = 'PUBLICATION_STATUS'",
        ),
        ops.RunSQL("UPDATE publications SET sequence = 1", reverse_sql=""),
    ]
