from schema import production_preview as words
from schema.context import Info
from schema.errors import user_errors
from schema.given import Given
from schema.node import row_id_of
from schema.production_config_input import ProductionConfigInput
from schema.production_mutations import CreateProductionUserError
from services.errors import Refused
from services.production_preview import production_preview as production_preview_service


async def production_preview(
    info: Info, input: Given[words.ProductionPreviewInput]
) -> words.ProductionPreview:
    gateways = info.context.gateways
    try:
        preview = await production_preview_service(
            viewer=info.context.viewer,
            storage=gateways.storage,
            prices=gateways.prices,
            usual_pace=gateways.usual_pace,
            upload_id=row_id_of(input.upload_id, "Upload"),
            config=(input.config or ProductionConfigInput()).to_config(),
        )
    except Refused as refusal:
        return words.ProductionPreview(user_errors=user_errors(refusal, CreateProductionUserError))
    return words.ProductionPreview.from_preview(preview)
