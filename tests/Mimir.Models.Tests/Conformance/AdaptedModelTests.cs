using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Conformance;

/// <summary>A folded model with an adapter computes what the original model computes whose weights were merged with it, W + scale·B·A.</summary>
public class AdaptedModelTests
{
    private static readonly int[] Tokens = [3, 16, 0, 7, 7, 12, 1, 9, 4];

    [Theory]
    [InlineData(true, "q_proj v_proj", 2, 4, false)]
    [InlineData(false, "k_proj o_proj up_proj", 3, 1, true)]
    [InlineData(true, "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj", 1, 2, false)]
    [InlineData(false, "self_attn.o_proj model.layers.1.mlp.gate_proj", 5, 16, true)]
    public void Llama(bool biases, string targets, int rank, double alpha, bool rsLora)
    {
        using var directory = new TemporaryDirectory();
        new LlamaTestModel(tied: false, biases, biases, seed: 11).Save(directory);
        var modules = RandomAdapter.Llama(
            LlamaTestModel.Layers, LlamaTestModel.Hidden, LlamaTestModel.Heads * LlamaTestModel.HeadSize,
            LlamaTestModel.KeyValueHeads * LlamaTestModel.HeadSize, LlamaTestModel.Inner);
        Compare(directory, new RandomAdapter(modules, targets.Split(' '), rank, alpha, rsLora, seed: 3), transposed: false);
    }

    [Theory]
    [InlineData("transformer.", "c_attn", 2, 4, false)]
    [InlineData("", "c_fc c_proj", 3, 1, true)]
    [InlineData("transformer.", "c_attn c_proj c_fc", 1, 2, false)]
    [InlineData("", "mlp.c_proj attn.c_attn", 4, 8, false)]
    public void Gpt2(string prefix, string targets, int rank, double alpha, bool rsLora)
    {
        using var directory = new TemporaryDirectory();
        new Gpt2TestModel(tied: true, prefix, "gelu_new", seed: 7).Save(directory);
        var modules = RandomAdapter.Gpt2(prefix, Gpt2TestModel.Layers, Gpt2TestModel.Hidden, Gpt2TestModel.Inner);
        Compare(directory, new RandomAdapter(modules, targets.Split(' '), rank, alpha, rsLora, seed: 4), transposed: true);
    }

    /// <summary>Fused matrices; gains stored less one; normalised heads.</summary>
    [Theory]
    [InlineData("phi3", "qkv_proj gate_up_proj")]
    [InlineData("phi3", "o_proj down_proj qkv_proj")]
    [InlineData("gemma3", "q_proj v_proj gate_proj down_proj")]
    [InlineData("qwen2", "q_proj k_proj o_proj")]
    public void Others(string name, string targets)
    {
        using var model = GoldenModel.Open(name);
        int query = model.Config.Heads * model.Config.HeadSize, keyValue = model.Config.KeyValueHeads * model.Config.HeadSize;
        var modules = RandomAdapter.Llama(3, 32, query, keyValue, 48).Concat(Enumerable.Range(0, 3).SelectMany(i => ((string, int, int)[])
            [($"model.layers.{i}.self_attn.qkv_proj", 32, query + 2 * keyValue), ($"model.layers.{i}.mlp.gate_up_proj", 32, 96)]));
        Compare(model.Files, new RandomAdapter(modules, targets.Split(' '), 2, 4, false, seed: 5), transposed: false);
    }

    [Theory]
    [InlineData("phi3", "q_proj", "qkv_proj, o_proj, gate_up_proj, down_proj")]
    [InlineData("gpt_neox_parallel", "query_key_value", "merge the adapter")]
    public void What_is_not_adapted_is_refused(string name, string target, string says)
    {
        using var model = GoldenModel.Open(name);
        using var lora = new TemporaryDirectory();
        new RandomAdapter([], [target], 2, 4, false, seed: 6).Save(lora.Path);
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => new WeightTerms(true, lora.Path).LayoutOf(model.Config)).Message);
    }

    private static void Compare(TemporaryDirectory model, RandomAdapter adapter, bool transposed)
    {
        Assert.NotEmpty(adapter.Deltas);
        using var lora = new TemporaryDirectory();
        adapter.Save(lora.Path);
        using var merged = new TemporaryDirectory();
        merged.Write("config.json", File.ReadAllText(Path.Combine(model.Path, "config.json")));
        Merge(model, merged, adapter, transposed);
        var config = ModelConfig.Read(Path.Combine(model.Path, "config.json"));
        using var folded = new FoldedModel(config, WeightFiles.Open(model.Path));
        using var expected = new FoldedModel(config, WeightFiles.Open(merged.Path));
        var adapted = new AdaptedModel(config, folded, AdapterConfig.Read(lora.Path));

        Assert.All(adapted.Layout.Matrices, m => Assert.False(m.IsPublic));
        var shown = new PublicWeights(adapted);
        var layout = new WeightTerms(true, lora.Path).LayoutOf(config);
        Assert.Equal(ModelLayoutCodec.Digest(layout), ModelLayoutCodec.Digest(shown.Layout));
        Assert.Equal(ModelLayoutCodec.Write(layout), ModelLayoutCodec.Write(ModelLayoutCodec.Read(ModelLayoutCodec.Write(layout))));
        var hidden = new MergedModel(folded, adapted);
        Assert.Equal(ModelLayoutCodec.Digest(folded.Layout), ModelLayoutCodec.Digest(hidden.Layout));
        Assert.Equal(ModelLayoutCodec.Digest(folded.Layout), ModelLayoutCodec.Digest(new WeightTerms(false, lora.Path).LayoutOf(config)));
        var c = Reference(hidden);
        Assert.All(shown.Layout.Matrices, m => Assert.Equal(m.Id < folded.Layout.Matrices.Count, m.IsPublic));
        var (a, b, plain) = (Reference(adapted), Reference(shown), Reference(expected));
        var differs = false;
        var unadapted = Reference(folded);
        foreach (var token in Tokens)
        {
            var (wanted, first, second) = (plain.Step(token)!, a.Step(token)!, b.Step(token)!);
            for (var i = 0; i < wanted.Length; i++) Assert.Equal(wanted[i], first[i], 1e-9);
            Assert.All(wanted.Zip(c.Step(token)!), p => Assert.Equal(p.First, p.Second, 1e-9));
            Assert.Equal(first, second);
            differs |= unadapted.Step(token)!.Zip(wanted).Any(p => Math.Abs(p.First - p.Second) > 1e-3);
        }
        Assert.True(differs, "the adapter changes nothing");

        static ReferenceModel Reference(IWeightSource weights) => new(new ReferenceWeights(weights));
    }

    private static void Merge(TemporaryDirectory from, TemporaryDirectory to, RandomAdapter adapter, bool transposed)
    {
        using var file = SafetensorsFile.Open(Path.Combine(from.Path, "model.safetensors"));
        var (writer, merged) = (new SafetensorsWriter(), 0);
        foreach (var (name, tensor) in file.Tensors)
        {
            if (tensor.Type != TensorType.F32) continue;
            var shape = tensor.Shape.Select(s => (int)s).ToArray();
            var values = new double[shape.Aggregate(1, (x, y) => x * y)];
            file.Read(tensor, 0, values);
            if (adapter.Deltas.TryGetValue(name.Replace(".weight", "", StringComparison.Ordinal), out var delta))
            {
                merged++;
                var inputs = transposed ? shape[0] : shape[1];
                for (var i = 0; i < values.Length; i++)
                    values[i] += transposed ? delta[i % shape[1] * inputs + i / shape[1]] : delta[i];
            }
            writer.AddDouble(name, shape, values);
        }
        Assert.Equal(adapter.Deltas.Count, merged);
        to.Write("model.safetensors", writer.ToBytes());
    }
}
