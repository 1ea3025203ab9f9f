"""Valid configs with one thing changed, to a value at an edge or to nonsense: some stay valid."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import strategies as st

from services.production_config import ProductionConfig
from tests.services.job_settings.strategies import configs_and_media

# A client can send any of these: GraphQL's Int has 32 bits, JSON texts may hold lone surrogates.
TEXTS = (
    st.sampled_from(["", " ", "x" * 400, "\x00", "\ud800", '"', "#00000g", "en-", "x-a", "de-1996"])
    | st.text()
)
FLOATS = st.floats() | st.sampled_from([-60.0, -60.001, 6.0, 6.001, 0.0, -0.0, 12.0, 40.0])
EDGES = (-(2**31), -1, 0, 1, 40, 143, 144, 499, 500, 999, 1000, 1080, 1081, 5000, 5001, 30_000, 30_001)


@st.composite
def edited_configs(draw: st.DrawFn) -> tuple[ProductionConfig, Any]:
    config, media = draw(configs_and_media())
    edges = (*EDGES, media.duration_ms - 1, media.duration_ms, media.duration_ms + 1, 2**31 - 1)
    return draw(_edited(config, edges)), media


@st.composite
def _edited(draw: st.DrawFn, part: Any, edges: tuple[int, ...]) -> Any:
    """One field of a part, or of a part within it, is another."""
    name = draw(st.sampled_from([field.name for field in fields(part)]))
    value = getattr(part, name)
    if isinstance(value, tuple) and value:
        index = draw(st.integers(0, len(value) - 1))
        other: Any = (*value[:index], draw(_edited(value[index], edges)), *value[index + 1 :])
    elif is_dataclass(value):
        other = draw(_edited(value, edges))
    elif isinstance(value, str) and type(value) is str:
        other = draw(TEXTS)
    elif isinstance(value, bool):
        other = not value
    elif isinstance(value, float):
        other = draw(FLOATS)
    elif isinstance(value, int) or name.endswith("_ms") or name == "max_height":
        other = draw(st.sampled_from(edges))
    else:
        return part
    return replace(part, **{name: other})
