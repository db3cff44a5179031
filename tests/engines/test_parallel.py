"""Whether a model fits, by arithmetic on public shapes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.cli.arguments import parallel_sizes
from ifeval.engines.parallel import (
    GIB,
    WORKSPACE,
    Devices,
    Footprint,
    footprint,
    kv_bytes_per_token,
    require_fit,
    smallest_tensor_size,
)
from ifeval.engines.vllm import parallel_settings
from ifeval.errors import UserError
from ifeval.models.resolve import Model

LLAMA_8B = {"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 4096}
LLAMA_70B = {"num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "hidden_size": 8192}
GPU_80 = 72 * GIB
SEVENTY = Footprint(141 * 10**9, kv_bytes_per_token(LLAMA_70B), 64, 8)
EIGHT = Footprint(16 * 10**9, kv_bytes_per_token(LLAMA_8B), 32, 8)


def test_keys_and_values_of_known_models() -> None:
    assert kv_bytes_per_token(LLAMA_8B) == 128 * 1024
    assert kv_bytes_per_token(LLAMA_70B) == 320 * 1024
    assert kv_bytes_per_token({"text_config": LLAMA_8B}) == 128 * 1024
    assert kv_bytes_per_token({**LLAMA_8B, "head_dim": 64}) == 64 * 1024


def test_the_smallest_number_of_devices() -> None:
    assert smallest_tensor_size(EIGHT, Devices(8, GPU_80), 8192) == 1
    assert smallest_tensor_size(SEVENTY, Devices(8, GPU_80), 8192) == 2
    assert smallest_tensor_size(SEVENTY, Devices(8, 36 * GIB), 8192) == 4
    assert smallest_tensor_size(EIGHT, Devices(1, 20 * GIB), 8192) == 1


def test_one_clear_line_where_it_does_not_fit() -> None:
    with pytest.raises(UserError) as caught:
        smallest_tensor_size(SEVENTY, Devices(1, GPU_80), 8192)
    assert str(caught.value) == (
        "The model does not fit: 131.3 GiB of weights and 2.50 GiB of keys and values (8192 tokens) over --tp 1 --pp 1 "
        "need 135.3 GiB on each GPU, of which 72.0 GiB can be used; give more devices, a shorter --max-tokens, or a "
        "quantised model."
    )
    with pytest.raises(UserError, match="does not fit"):
        require_fit(SEVENTY, Devices(8, GPU_80), 1, 1, 8192)
    with pytest.raises(UserError, match=r"--tp 4 --pp 3 needs 12 devices; there are 8"):
        require_fit(SEVENTY, Devices(8, GPU_80), 4, 3, 8192)
    require_fit(SEVENTY, Devices(8, GPU_80), 1, 4, 8192)


def test_keys_and_values_are_not_split_beyond_their_heads() -> None:
    assert SEVENTY.share(16, 1, 10**6) - SEVENTY.weights // 16 == pytest.approx(SEVENTY.kv_per_token * 10**6 / 8, abs=2)


@given(st.integers(1, 16), st.integers(1 << 30, 200 << 30), st.integers(1, 100_000))
def test_what_auto_chooses_fits_and_nothing_smaller_does(count: int, memory: int, context: int) -> None:
    devices = Devices(count, memory)
    try:
        size = smallest_tensor_size(SEVENTY, devices, context)
    except UserError:
        assert SEVENTY.share(1, 1, context) + WORKSPACE > memory
        return
    require_fit(SEVENTY, devices, size, 1, context)
    assert all(SEVENTY.share(n, 1, context) + WORKSPACE > memory for n in range(1, size) if 64 % n == 0)


def test_a_checkpoints_files_are_its_weights(tmp_path: Path) -> None:
    (tmp_path / "model-1.safetensors").write_bytes(bytes(1000))
    (tmp_path / "model-2.safetensors").write_bytes(bytes(500))
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_8B | {"dtype": "bfloat16"}))
    assert footprint(tmp_path) == Footprint(1500, 128 * 1024, 32, 8)
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_8B | {"torch_dtype": "float32"}))
    assert footprint(tmp_path).weights == 750


@pytest.mark.parametrize(
    ("flags", "sizes"),
    [
        ((None, None, None), {}),
        (("auto", None, None), {"tensor_parallel_size": "auto"}),
        (("2", 3, 4), {"tensor_parallel_size": 2, "pipeline_parallel_size": 3, "data_parallel_size": 4}),
    ],
)
def test_flags_become_vllms_settings(flags: tuple, sizes: dict) -> None:
    assert parallel_sizes(*flags) == sizes


@pytest.mark.parametrize("flags", [("0", None), ("two", None), ("-1", None), ("²", None), (None, 0)])
def test_sizes_that_are_none(flags: tuple) -> None:
    with pytest.raises(UserError, match="give"):
        parallel_sizes(*flags)


def test_replicas_inside_one_process_are_refused_with_the_ways_there_are() -> None:
    model = Model("mine", "checkpoint", "0" * 64)
    with pytest.raises(UserError, match=r"--dp: .* give --engine ray, or ifeval serve --dp and then --base-url"):
        parallel_settings(model, parallel_sizes(None, None, 2), cuda=True)
