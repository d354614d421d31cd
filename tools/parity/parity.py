#!/usr/bin/python3
"""Golden logits of small random models, one for each architecture, from an implementation that is not Mimir's.

The implementation is LitGPT (github.com/Lightning-AI/litgpt, Apache License 2.0; its own tests hold it to Hugging Face's): the script wants the
path of a checkout, PyTorch and numpy (Debian: python3-torch, python3-numpy), and nothing else. Where LitGPT does not follow Hugging Face's rotary
positions (YaRN, LongRoPE, layers without positions) the script puts its own table of cosines into LitGPT's model, written from
transformers' modeling_rope_utils.py.

    tools/parity/parity.py ~/litgpt tests/Mimir.Models.Tests/Golden/Architectures

Each file has the model's config.json, the names and shapes of its tensors as Hugging Face stores them, tokens, and the logits of the last position
and of one in the middle. Weights are no data: element i of a tensor is mean + deviation * normal_i, rounded to 32 bits, normal_i from SplitMix64 (Mimir.Models/Shapes)
seeded with the FNV-1a hash of the tensor's name.
"""
import json
import math
import sys
import types
from pathlib import Path

import numpy as np
import torch

VOCABULARY, LAYERS = 96, 3
TOKENS = [3, 17, 88, 41, 5, 62, 17, 9, 71, 30, 95, 24]


def weights(name, shape, mean, deviation):
    seed = np.uint64(0xCBF29CE484222325)
    with np.errstate(over="ignore"):
        for byte in name.encode():
            seed = (seed ^ np.uint64(byte)) * np.uint64(0x100000001B3)
        z = seed + np.arange(1, math.prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    total = sum(((z >> np.uint64(16 * i)) & np.uint64(0xFFFF)).astype(np.float64) for i in range(4))
    normal = (total - 2.0 * 0xFFFF) / 37837.22723720648
    return torch.from_numpy((mean + deviation * normal).astype(np.float32).astype(np.float64)).reshape(shape)


class Model:
    """A model's tensors by Hugging Face's names."""

    def __init__(self, config, gain=1.0):
        self.config, self.gain, self.tensors = config, gain, []

    def norm(self, name, size, bias=False):
        self.tensors.append((name + ".weight", [size], self.gain, 0.3))
        if bias:
            self.tensors.append((name + ".bias", [size], 0.0, 0.2))

    def linear(self, name, rows, columns, bias=False):
        self.tensors.append((name + ".weight", [rows, columns], 0.0, 1.0 / math.sqrt(columns)))
        if bias:
            self.tensors.append((name + ".bias", [rows], 0.0, 0.3))

    def embedding(self, name, deviation=1.0):
        self.tensors.append((name + ".weight", [VOCABULARY, self.config["hidden_size"]], 0.0, deviation))


def base(architecture, model_type, **more):
    return dict({
        "architectures": [architecture], "model_type": model_type, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": LAYERS,
        "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False}, **more)


def llama(config, bias=(), head_norms=False, behind=False, gain=1.0, embedding=1.0, fused=False):
    model = Model(config, gain)
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    size = config.get("head_dim", hidden // config["num_attention_heads"])
    q, kv = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    model.embedding("model.embed_tokens", embedding)
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}"
        model.norm(f"{layer}.input_layernorm", hidden)
        if fused:
            model.linear(f"{layer}.self_attn.qkv_proj", q + 2 * kv, hidden)
            model.linear(f"{layer}.mlp.gate_up_proj", 2 * inner, hidden)
        else:
            for name, rows in (("q_proj", q), ("k_proj", kv), ("v_proj", kv)):
                model.linear(f"{layer}.self_attn.{name}", rows, hidden, name in bias)
            model.linear(f"{layer}.mlp.gate_proj", inner, hidden)
            model.linear(f"{layer}.mlp.up_proj", inner, hidden)
        model.linear(f"{layer}.self_attn.o_proj", hidden, q)
        if head_norms:
            model.norm(f"{layer}.self_attn.q_norm", size)
            model.norm(f"{layer}.self_attn.k_norm", size)
        model.norm(f"{layer}.post_attention_layernorm", hidden)
        if behind:
            model.norm(f"{layer}.pre_feedforward_layernorm", hidden)
            model.norm(f"{layer}.post_feedforward_layernorm", hidden)
        model.linear(f"{layer}.mlp.down_proj", hidden, inner)
    model.norm("model.norm", hidden)
    if not config["tie_word_embeddings"]:
        model.linear("lm_head", VOCABULARY, hidden)
    return model


def neox(config):
    model = Model(config)
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    model.embedding("gpt_neox.embed_in")
    for i in range(config["num_hidden_layers"]):
        layer = f"gpt_neox.layers.{i}"
        model.norm(f"{layer}.input_layernorm", hidden, True)
        model.norm(f"{layer}.post_attention_layernorm", hidden, True)
        model.linear(f"{layer}.attention.query_key_value", 3 * hidden, hidden, True)
        model.linear(f"{layer}.attention.dense", hidden, hidden, True)
        model.linear(f"{layer}.mlp.dense_h_to_4h", inner, hidden, True)
        model.linear(f"{layer}.mlp.dense_4h_to_h", hidden, inner, True)
    model.norm("gpt_neox.final_layer_norm", hidden, True)
    model.linear("embed_out", VOCABULARY, hidden)
    return model


def plain(theta, turned):
    return theta ** (-torch.arange(0, turned, 2, dtype=torch.float64) / turned)


def yarn(theta, turned, factor, original, fast=32.0, slow=1.0):
    def bound(turns):
        return turned * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))

    low, high = max(math.floor(bound(fast)), 0), min(math.ceil(bound(slow)), turned - 1)
    high += 0.001 if low == high else 0
    keep = 1 - torch.clamp((torch.arange(turned // 2, dtype=torch.float64) - low) / (high - low), 0, 1)
    frequencies = plain(theta, turned)
    return frequencies / factor * (1 - keep) + frequencies * keep, 0.1 * math.log(factor) + 1


def table(frequencies, scale=1.0):
    angles = torch.outer(torch.arange(64, dtype=torch.float64), frequencies).repeat(1, 2)
    return torch.cos(angles) * scale, torch.sin(angles) * scale


LITGPT = dict(
    block_size=64, n_layer=LAYERS, n_embd=32, n_head=4, n_query_groups=2, padded_vocab_size=VOCABULARY, vocab_size=VOCABULARY, rotary_percentage=1.0,
    parallel_residual=False, bias=False, norm_class_name="RMSNorm", norm_eps=1e-6, mlp_class_name="LLaMAMLP", intermediate_size=48)
GEMMA = dict(mlp_class_name="GemmaMLP", gelu_approximate="tanh", scale_embeddings=True, post_attention_norm=True, post_mlp_norm=True, head_size=16)
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
SHORT, LONG = [1.0, 1.1, 1.3], [1.0, 2.0, 4.0]
GELU = {"hidden_act": None, "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": True, "head_dim": 16}


def cases():
    """Name, tensors, LitGPT's configuration, the function that copies weights, and a table of cosines for those that need their own."""
    yield "llama3", llama(base("LlamaForCausalLM", "llama", rope_theta=500.0, rope_scaling=LLAMA3)), dict(
        name="Llama-3.1", rope_base=500, rope_adjustments=dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_seq_len=32)), "hf_llama", None
    yield "llama_linear", llama(base("LlamaForCausalLM", "llama", tie_word_embeddings=True, rope_scaling={"type": "linear", "factor": 4.0})), dict(
        name="Llama-2", rope_condense_ratio=4), "hf_llama", None
    yield "llama_yarn", llama(base("LlamaForCausalLM", "llama", rope_theta=100.0, rope_scaling={
        "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 4.0})), dict(
        name="Llama-2"), "hf_llama", table(*yarn(100.0, 8, 4.0, 64, 4.0))
    yield "mistral", llama(base("MistralForCausalLM", "mistral", sliding_window=5)), dict(name="Mistral", sliding_window_size=5), "hf_llama", None
    yield "qwen2", llama(base("Qwen2ForCausalLM", "qwen2", sliding_window=5, use_sliding_window=False, max_window_layers=1, tie_word_embeddings=True),
                         ("q_proj", "k_proj", "v_proj")), dict(name="Qwen2.5", attn_bias=True), "qwen_2_5", None
    yield "qwen2_window", llama(base("Qwen2ForCausalLM", "qwen2", sliding_window=5, use_sliding_window=True, max_window_layers=1),
                                ("q_proj", "k_proj", "v_proj")), dict(
        name="Qwen2.5", attn_bias=True, sliding_window_size=5, sliding_window_indices=[0, 1, 1]), "qwen_2_5", None
    yield "qwen3", llama(base("Qwen3ForCausalLM", "qwen3", head_dim=16, rope_theta=1000000.0, sliding_window=None, use_sliding_window=False), head_norms=True), dict(
        name="Qwen3", head_size=16, norm_qk=True, rope_base=1000000), "qwen_3", None
    yield "gemma2", llama(base("Gemma2ForCausalLM", "gemma2", **GELU, sliding_window=5, query_pre_attn_scalar=12, attn_logit_softcapping=5.0,
                               final_logit_softcapping=3.0), behind=True, gain=0.2, embedding=0.2), dict(
        GEMMA, name="Gemma-2", attention_scores_scalar=12, sliding_window_size=5, sliding_window_indices=[1, 0, 1], attention_logit_softcapping=5.0,
        final_logit_softcapping=3.0), "gemma_2", None
    yield "gemma3", llama(base("Gemma3ForCausalLM", "gemma3_text", **GELU, sliding_window=5, sliding_window_pattern=2, query_pre_attn_scalar=12,
                               rope_theta=1000000.0, rope_local_base_freq=10000.0, rope_scaling={"rope_type": "linear", "factor": 8.0}),
                          head_norms=True, behind=True, gain=0.2, embedding=0.2), dict(
        GEMMA, name="Gemma-3", attention_scores_scalar=12, sliding_window_size=5, sliding_window_indices=[1, 0, 1], norm_qk=True, rope_base=1000000,
        rope_adjustments=dict(factor=8.0), rope_local_base_freq=10000, rope_indices=[1, 0, 1]), "gemma_3", None
    yield "phi3", llama(base("Phi3ForCausalLM", "phi3", sliding_window=7), fused=True), dict(name="Phi-3", sliding_window_size=7), "phi", None
    stretched = plain(10000.0, 6) / torch.tensor(SHORT, dtype=torch.float64)
    yield "phi3_longrope", llama(base("Phi3ForCausalLM", "phi3", sliding_window=262144, partial_rotary_factor=0.75, original_max_position_embeddings=16, rope_scaling={
        "type": "longrope", "short_factor": SHORT, "long_factor": LONG}), fused=True), dict(name="Phi-3", rotary_percentage=0.75), "phi", table(
        stretched, math.sqrt(1 + math.log(64 / 16) / math.log(16)))
    for parallel in (True, False):
        yield f"gpt_neox_{'parallel' if parallel else 'sequential'}", neox({
            "architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": LAYERS,
            "num_attention_heads": 4, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "layer_norm_eps": 1e-5, "rotary_pct": 0.25,
            "rotary_emb_base": 10000, "hidden_act": "gelu", "use_parallel_residual": parallel, "tie_word_embeddings": False}), dict(
            name="pythia", norm_class_name="LayerNorm", norm_eps=1e-5, n_query_groups=4, mlp_class_name="GptNeoxMLP", intermediate_size=128, bias=True,
            attn_bias=True, rotary_percentage=0.25, parallel_residual=parallel), "gpt_neox", None
    cosine, sine = table(plain(10000.0, 8))
    both = torch.stack((cosine, torch.ones_like(cosine)), -1), torch.stack((sine, torch.zeros_like(sine)), -1)
    yield "smollm3", llama(base("SmolLM3ForCausalLM", "smollm3", no_rope_layers=[1, 0, 1], tie_word_embeddings=True)), dict(
        name="Llama-2", rope_local_base_freq=10000, rope_indices=[0, 1, 0]), "hf_llama", both


def attention(q, k, v, attn_mask=None, dropout_p=0.0, scale=None, is_causal=False):
    """What PyTorch before version 2 lacks."""
    scores = q @ k.transpose(-2, -1) * scale
    if is_causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -torch.inf)
    if attn_mask is not None:
        scores = scores.masked_fill(~attn_mask, -torch.inf) if attn_mask.dtype == torch.bool else scores + attn_mask
    return torch.softmax(scores, -1) @ v


def litgpt(checkout):
    """LitGPT's model, configuration and weight conversion, without what they would import for training and downloads."""
    for name, attributes in {
        "lightning": (), "lightning.fabric": (), "lightning.fabric.utilities": (), "lightning.fabric.utilities.load": ("_NotYetLoadedTensor",),
        "safetensors": (), "safetensors.torch": ("load_file",), "tqdm": ("tqdm",),
        "litgpt.utils": ("extend_checkpoint_dir", "incremental_save", "lazy_load", "save_config"),
    }.items():
        stub = sys.modules[name] = types.ModuleType(name)
        for attribute in attributes:
            setattr(stub, attribute, object)
    package = sys.modules["litgpt"] = types.ModuleType("litgpt")
    package.__path__ = [str(Path(checkout) / "litgpt")]
    torch.nn.functional.scaled_dot_product_attention = attention
    from litgpt import config, model
    from litgpt.scripts import convert_hf_checkpoint
    return config.Config, model.GPT, convert_hf_checkpoint


def main(checkout, folder):
    torch.set_default_dtype(torch.float64)
    Config, GPT, convert = litgpt(checkout)
    for name, model, configuration, converter, cosines in cases():
        config = Config(**dict(LITGPT, **configuration))
        tensors = {t[0]: weights(*t) for t in model.tensors}
        state = {}
        copy = getattr(convert, f"copy_weights_{converter}")
        first = {"gpt_neox": (config,), "gemma_2": ({},), "gemma_3": ({},)}.get(converter, (config, {}))
        copy(*first, state, tensors)
        gpt = GPT(config)
        gpt.load_state_dict(state, strict=True)
        if cosines is not None:
            gpt.cos, gpt.sin = cosines
        with torch.no_grad():
            logits = gpt(torch.tensor([TOKENS]))[0]
        golden = {
            "config": model.config,
            "tensors": [{"name": n, "shape": s, "mean": m, "deviation": d} for n, s, m, d in model.tensors],
            "tokens": TOKENS,
            "logits": {str(position): [float(f"{x:.8g}") for x in logits[position]] for position in (6, len(TOKENS) - 1)},
        }
        lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
        (Path(folder) / f"{name}.json").write_text("{\n" + lines + "\n}\n")
        print(f"{name}: largest logit {logits.abs().max():.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
