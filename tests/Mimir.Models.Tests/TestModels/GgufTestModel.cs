using Mimir.Models.Files;

namespace Mimir.Models.Tests.TestModels;

/// <summary>
/// A Hugging Face directory of the Llama family as a GGUF file, by the rules of llama.cpp's converter (conversion/llama.py and base.py), written forwards here:
/// what import must undo.
/// </summary>
public static class GgufTestModel
{
    /// <summary>Tensor names of one block, by tensor_mapping.py.</summary>
    public static readonly IReadOnlyDictionary<string, string> Block = new Dictionary<string, string>
    {
        ["input_layernorm"] = "attn_norm", ["self_attn.q_proj"] = "attn_q", ["self_attn.k_proj"] = "attn_k", ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output", ["post_attention_layernorm"] = "ffn_norm", ["mlp.gate_proj"] = "ffn_gate", ["mlp.up_proj"] = "ffn_up", ["mlp.down_proj"] = "ffn_down",
    };

    /// <summary>All of <paramref name="directory"/>; matrices as <paramref name="type"/> where rows are whole blocks. Also the largest error that makes.</summary>
    public static (byte[] Bytes, double Error) FromLlama(string directory, IReadOnlyList<Piece> pieces, string type = "F32")
    {
        var config = ModelConfig.Read(Path.Combine(directory, "config.json"));
        var writer = new GgufWriter().Text("general.architecture", "llama").Text("general.name", "test")
            .Number("llama.context_length", (uint)config.MaxPositions).Number("llama.embedding_length", (uint)config.HiddenSize).Number("llama.block_count", (uint)config.Layers)
            .Number("llama.feed_forward_length", (uint)config.IntermediateSize).Number("llama.attention.head_count", (uint)config.Heads)
            .Number("llama.attention.head_count_kv", (uint)config.KeyValueHeads).Single("llama.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon)
            .Single("llama.rope.freq_base", (float)config.RotaryBase!.Value).Number("llama.rope.dimension_count", (uint)config.HeadSize)
            .Number("llama.attention.key_length", (uint)config.HeadSize).Number("llama.attention.value_length", (uint)config.HeadSize)
            .Number("llama.vocab_size", (uint)config.VocabularySize);
        AddVocabulary(writer, pieces);
        using var file = SafetensorsFile.Open(Path.Combine(directory, "model.safetensors"));
        var worst = 0.0;
        foreach (var tensor in file.Tensors.Values)
        {
            var values = new double[tensor.Elements];
            file.Read(tensor, 0, values);
            var rows = (int)tensor.Shape[0];
            if (tensor.Name.Contains("q_proj", StringComparison.Ordinal)) values = Permute(values, rows, config.Heads);
            if (tensor.Name.Contains("k_proj", StringComparison.Ordinal)) values = Permute(values, rows, config.KeyValueHeads);
            var block = type is "Q4_K" or "Q6_K" ? 256 : type is "Q8_0" or "Q4_0" ? 32 : 1;
            var (number, bytes, error) = GgufQuantizer.Quantize(tensor.Shape.Count == 1 || tensor.Shape[^1] % block != 0 ? "F32" : type, values);
            worst = Math.Max(worst, error);
            writer.Tensor(NameOf(tensor.Name), [.. tensor.Shape], number, bytes);
        }
        return (writer.ToBytes(), worst);
    }

    public static void AddVocabulary(GgufWriter writer, IReadOnlyList<Piece> pieces) => writer.Text("tokenizer.ggml.model", "llama").Text("tokenizer.ggml.pre", "default")
        .Texts("tokenizer.ggml.tokens", [.. pieces.Select(p => p.Text)]).Singles("tokenizer.ggml.scores", [.. pieces.Select(p => p.Score)])
        .Integers("tokenizer.ggml.token_type", [.. pieces.Select(p => p.Type)])
        .Number("tokenizer.ggml.unknown_token_id", 0).Number("tokenizer.ggml.bos_token_id", 1).Number("tokenizer.ggml.eos_token_id", 2)
        .Text("tokenizer.chat_template", "{{ messages }}");

    /// <summary>weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(weights.shape).</summary>
    public static double[] Permute(double[] weights, int rows, int heads)
    {
        var (columns, half) = (weights.Length / rows, rows / heads / 2);
        var permuted = new double[weights.Length];
        var to = 0;
        for (var head = 0; head < heads; head++)
            for (var j = 0; j < half; j++)
                for (var i = 0; i < 2; i++, to++) Array.Copy(weights, (head * 2 * half + i * half + j) * columns, permuted, to * columns, columns);
        return permuted;
    }

    private static string NameOf(string name) => name switch
    {
        "model.embed_tokens.weight" => "token_embd.weight",
        "model.norm.weight" => "output_norm.weight",
        "lm_head.weight" => "output.weight",
        _ => name.Split('.') is ["model", "layers", var layer, .. var rest, var kind] ? $"blk.{layer}.{Block[string.Join('.', rest)]}.{kind}" : throw new ArgumentException(name),
    };
}

/// <summary>An entry of a SentencePiece model.</summary>
public sealed record Piece(string Text, float Score, int Type)
{
    /// <summary>The smallest vocabulary that spells everything: three special tokens, 256 bytes, then <paramref name="more"/>, scored in order.</summary>
    public static IReadOnlyList<Piece> Bytes(params string[] more) =>
    [
        new("<unk>", 0, 2), new("<s>", 0, 3), new("</s>", 0, 3), .. Enumerable.Range(0, 256).Select(b => new Piece($"<0x{b:X2}>", 0, 6)), .. more.Select((m, i) => new Piece(m, -i, 1)),
    ];

    /// <summary>The pieces of a tokenizer.model: field 1 of the message, each with its text (1), score (2) and type (3, 1 when absent).</summary>
    public static IReadOnlyList<Piece> Read(string path)
    {
        var (bytes, at, pieces) = (File.ReadAllBytes(path), 0, new List<Piece>());
        ulong Number()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = bytes[at++];
                value |= (ulong)(next & 127) << shift;
                if (next < 128) return value;
            }
        }
        while (at < bytes.Length)
        {
            var tag = Number();
            var size = (int)Number();
            var end = at + size;
            if (tag != 10)
            {
                at = end;
                continue;
            }
            var (text, score, type) = ("", 0f, 1);
            while (at < end)
            {
                var field = Number();
                if (field == 10)
                {
                    var length = (int)Number();
                    text = System.Text.Encoding.UTF8.GetString(bytes, at, length);
                    at += length;
                }
                else if (field == 21)
                {
                    score = BitConverter.ToSingle(bytes, at);
                    at += 4;
                }
                else if (field == 24)
                {
                    type = (int)Number();
                }
            }
            pieces.Add(new Piece(text, score, type));
        }
        return pieces;
    }
}
