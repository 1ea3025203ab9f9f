from services.job_settings.build_job import build_job
from services.job_settings.programme_timeline import programme_duration_ms
from services.job_settings.render_refs import OverlayPlacement, RenderRefs

__all__ = ["OverlayPlacement", "RenderRefs", "build_job", "programme_duration_ms"]
