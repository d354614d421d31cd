using Mimir.Models.Files;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Gguf;

/// <summary>Hugging Face → GGUF by the converter's rules (the tests' own writer) → import → the same again.</summary>
public sealed class GgufConversionTests
{
    [Fact]
    public void Stories260K_comes_back_with_the_same_weights_tokens_and_text()
    {
        var source = SharedData.Stories260K();
        using var directory = new TemporaryDirectory();
        var (bytes, _) = GgufTestModel.FromLlama(source, Piece.Read(Path.Combine(source, "tokenizer.model")));
        Convert(directory, bytes);
        using var before = SafetensorsFile.Open(Path.Combine(source, "model.safetensors"));
        using var after = SafetensorsFile.Open(Path.Combine(directory.Path, "model.safetensors"));
        Assert.Equal(before.Tensors.Keys.Order(), after.Tensors.Keys.Order());
        foreach (var tensor in before.Tensors.Values) Assert.Equal(Values(before, tensor.Name), Values(after, tensor.Name));

        using var original = ModelDirectory.Open(source);
        using var model = ModelDirectory.Open(directory.Path);
        Assert.Equal(ModelLayoutCodec.Digest(original.Weights.Layout), ModelLayoutCodec.Digest(model.Weights.Layout));
        Assert.Equal(original.Tokenizer.EosIds, model.Tokenizer.EosIds);
        foreach (var text in (string[])["Once upon a time", "Hello, World! 123", "  two  spaces", "naïve café 😀\n\nlines", "</s> and <s>", ""])
            Assert.Equal(original.Tokenizer.Encode(text), model.Tokenizer.Encode(text));
        var expected = SharedData.Expected()[0];
        Assert.Equal(expected.PromptIds, model.Tokenizer.Encode(expected.Prompt));
        Assert.Equal(expected.GreedyIds[..40], ReferenceModel.Generate(model.Weights, expected.PromptIds, 40, ReferenceModel.Greedy).Tokens);
    }

    [Theory]
    [InlineData("F32", "F32")]
    [InlineData("F16", "F16")]
    [InlineData("BF16", "BF16")]
    [InlineData("Q8_0", "F32")]
    [InlineData("Q4_0", "F32")]
    [InlineData("Q4_K", "F32")]
    [InlineData("Q6_K", "F32")]
    public void Every_type_comes_back_within_its_rounding(string type, string written)
    {
        using TemporaryDirectory source = new(), directory = new();
        var tensors = WideLlama.Save(source);
        var (bytes, error) = GgufTestModel.FromLlama(source.Path, Piece.Bytes("a", "b", "ab"), type);
        Convert(directory, bytes);
        using var file = SafetensorsFile.Open(Path.Combine(directory.Path, "model.safetensors"));
        Assert.Equal(written, file.Tensors["model.layers.0.self_attn.q_proj.weight"].Type.ToString());
        var worst = 0.0;
        foreach (var (name, values) in tensors.Values) worst = Math.Max(worst, values.Zip(Values(file, name), (x, y) => Math.Abs(x - y)).Max());
        Assert.InRange(worst, 0, error);
        if (type != "F32") Assert.True(worst > 0);
        using var model = ModelDirectory.Open(directory.Path);
        Assert.Equal([1, 3 + 0xE2, 3 + 0x96, 3 + 0x81, 261], model.Tokenizer.Encode("ab"));
    }

    [Fact]
    public void Weights_keep_their_order_when_the_converter_changed_it()
    {
        using var directory = new TemporaryDirectory();
        double[] q = [.. Enumerable.Range(0, 8).Select(i => (double)i)];
        using var file = Open(directory, Architectures.Llama().Singles("blk.0.attn_q.weight", [8, 8], [.. GgufTestModel.Permute(q, 8, 2).SelectMany(r => Enumerable.Repeat(r, 8))]));
        Assert.Equal(q.SelectMany(r => Enumerable.Repeat(r, 8)), Written(file, directory, "model.layers.0.self_attn.q_proj.weight"));
    }

    [Fact]
    public void Gpt2_is_transposed_back()
    {
        using var directory = new TemporaryDirectory();
        double[] stored = [.. Enumerable.Range(0, 24 * 8).Select(i => (double)i)];
        using var file = Open(directory, Architectures.Gpt2().Singles("blk.0.attn_qkv.weight", [24, 8], stored));
        Assert.Equal(Enumerable.Range(0, 8).SelectMany(i => Enumerable.Range(0, 24).Select(o => stored[o * 8 + i])), Written(file, directory, "transformer.h.0.attn.c_attn.weight"));
    }

    [Fact]
    public void NeoX_puts_query_key_and_value_of_a_head_together_again()
    {
        using var directory = new TemporaryDirectory();
        // torch: w.reshape(heads, 3, size, k) → cat of [:, 0], [:, 1], [:, 2], each reshaped to rows.
        var original = Enumerable.Range(0, 24).ToArray();
        double[] stored = [.. Enumerable.Range(0, 3).SelectMany(part => Enumerable.Range(0, 2).SelectMany(head => Enumerable.Range(0, 4).Select(e => (double)original[(head * 3 + part) * 4 + e])))];
        using var file = Open(directory, Architectures.NeoX().Singles("blk.0.attn_qkv.weight", [24, 8], [.. stored.SelectMany(r => Enumerable.Repeat(r, 8))]).Singles("blk.0.attn_qkv.bias", [24], stored));
        Assert.Equal(original.Select(r => (double)r), Written(file, directory, "gpt_neox.layers.0.attention.query_key_value.bias"));
        Assert.Equal(original.SelectMany(r => Enumerable.Repeat((double)r, 8)), Written(file, directory, "gpt_neox.layers.0.attention.query_key_value.weight"));
    }

    [Fact]
    public void Gemma_norms_lose_the_one_that_was_added()
    {
        using var directory = new TemporaryDirectory();
        using var file = Open(directory, Architectures.Gemma2().Singles("blk.0.post_ffw_norm.weight", [8], [1, 1.5, 0.25, 1, 1, 1, 1, 1]));
        Assert.Equal([0, 0.5, -0.75, 0, 0, 0, 0, 0], Written(file, directory, "model.layers.0.post_feedforward_layernorm.weight"));
    }

    [Theory]
    [InlineData("'general.architecture' is 'mamba'", "mamba")]
    [InlineData("mixtures of experts", "experts")]
    [InlineData("tensor 'blk.0.ssm_a.weight' is not one that Mimir knows", "tensor")]
    [InlineData("tensor 'blk.1.attn_q.weight' is not one that Mimir knows", "layer")]
    [InlineData("does not fit the model's heads", "heads")]
    [InlineData("'llama.rope.scaling.type' is 'longrope'", "rope")]
    [InlineData("not those of Llama 3", "factors")]
    [InlineData("'tokenizer.ggml.pre' is 'deepseek-llm'", "pre")]
    [InlineData("'tokenizer.ggml.model' is 't5'", "model")]
    public void What_cannot_be_imported_exactly_is_refused(string expected, string what)
    {
        using var directory = new TemporaryDirectory();
        var writer = what switch
        {
            "mamba" => new GgufWriter().Text("general.architecture", "mamba"),
            "experts" => Architectures.Llama().Number("llama.expert_count", 8),
            "tensor" => Architectures.Llama().Singles("blk.0.ssm_a.weight", [1], [1]),
            "layer" => Architectures.Llama().Singles("blk.1.attn_q.weight", [8, 8], new double[64]),
            "heads" => Architectures.Llama().Singles("blk.0.attn_q.weight", [6, 8], new double[48]),
            "rope" => Architectures.Llama().Text("llama.rope.scaling.type", "longrope"),
            "factors" => Architectures.Llama().Singles("rope_freqs.weight", [2], [1, 2]),
            "pre" => Architectures.Llama("gpt2").Text("tokenizer.ggml.pre", "deepseek-llm").Texts("tokenizer.ggml.merges", []),
            _ => Architectures.Llama("t5"),
        };
        var path = directory.Write("a.gguf", writer.ToBytes());
        var e = Assert.Throws<ModelFormatException>(() =>
        {
            using var file = GgufFile.Open(path);
            var conversion = new GgufConversion(file);
            conversion.WriteTokenizer(Stream.Null);
        });
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static void Convert(TemporaryDirectory directory, byte[] bytes)
    {
        using var file = GgufFile.Open(directory.Write("a.gguf", bytes));
        var conversion = new GgufConversion(file);
        var told = 0L;
        conversion.Write(directory.Path, done => told += done, CancellationToken.None);
        Assert.Equal(conversion.WeightBytes, told);
    }

    private static GgufFile Open(TemporaryDirectory directory, GgufWriter writer) => GgufFile.Open(directory.Write("a.gguf", writer.ToBytes()));

    private static double[] Written(GgufFile file, TemporaryDirectory directory, string tensor)
    {
        using (var stream = File.Create(Path.Combine(directory.Path, "model.safetensors"))) new GgufConversion(file).WriteWeights(stream, _ => { }, CancellationToken.None);
        using var written = SafetensorsFile.Open(Path.Combine(directory.Path, "model.safetensors"));
        return Values(written, tensor);
    }

    private static double[] Values(SafetensorsFile file, string name)
    {
        var values = new double[file.Tensors[name].Elements];
        file.Read(file.Tensors[name], 0, values);
        return values;
    }
}
