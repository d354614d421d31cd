using Mimir.Cli.Storage;
using Mimir.Cli.Verification;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Ranges;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Tests.Storage;

public sealed class RangeCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public RangeCheckTests() => TinyModel.Save(_directory);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Observing_does_not_change_what_the_reference_computes()
    {
        using var model = ModelDirectory.Open(_directory.Path);
        var (weights, layout) = (new ReferenceWeights(model.Weights), model.Weights.Layout);
        var (plain, recorder) = (new ReferenceModel(weights), new RangeRecorder());
        var observed = new Transformer<double[]>(layout, new ObservingArithmetic(new FloatArithmetic(weights), layout, recorder));
        for (var position = 0; position < 5; position++)
            Assert.Equal(plain.Step(position % 4)!, await observed.LogitsAsync(await observed.StepAsync([position % 4], position)));
        foreach (var kind in Enum.GetValues<RangeKind>().Except([RangeKind.HeadMeanSquare, RangeKind.CappedInput])) Assert.Contains(recorder.Observations, o => o.Kind == kind);
        Assert.Equal(LlamaTestModel.Layers, recorder.Observations.Count(o => o.Kind == RangeKind.ActivationInput));
    }

    /// <summary>docs/accuracy.md, "Ranges".</summary>
    [Fact]
    public void Bounds_are_the_documented_ones()
    {
        using var model = ModelDirectory.Open(_directory.Path);
        var layout = model.Weights.Layout with { HiddenSize = 64 };
        var two = new NumberRanges(layout, 16, 2, 2);
        Assert.Equal((-65536, 65536), two.Of(RangeKind.Product, "layers.0.up"));
        Assert.Equal((-65536, 65536), two.Of(RangeKind.Product, "layers.0.down"));
        Assert.Equal((-4096, 4096), two.Of(RangeKind.GatedProduct, "layers.0.up"));
        Assert.Equal((-4096, 4096), new NumberRanges(layout with { GatedMlp = false }, 16, 2, 2).Of(RangeKind.Product, "layers.0.down"));
        Assert.Equal(16384, two.Of(RangeKind.MeanSquare, "").Largest);
        Assert.Equal((-128, 112), two.Of(RangeKind.ActivationInput, ""));
        Assert.Equal((-62.5, 63.5), new NumberRanges(layout, 16, 2, 3).Of(RangeKind.ActivationInput, ""));
        Assert.Equal((-128, 124), two.Of(RangeKind.RelativeScore, ""));
        Assert.Equal((-256, 256), two.Of(RangeKind.CachedValue, ""));
        Assert.Equal(256, two.Of(RangeKind.LogitSpread, "").Largest);
        Assert.Equal(256, new NumberRanges(layout, 20, 2, 2).Of(RangeKind.Product, "layers.0.up").Largest);
    }

    [Fact]
    public void A_real_model_fits()
    {
        if (Checkout.SharedModel("stories260K") is not { } model)
        {
            Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
            return;
        }
        var report = RangeCheck.Run(model, "Once upon a time, there was a little girl named Lily.", 16, 2, 2, CancellationToken.None);
        Assert.False(report.Overflows, string.Join("; ", report.Findings.Select(NumberRanges.Describe)));
        Assert.Equal(16, report.FittingScaleBits);
    }

    [Theory]
    [InlineData("model.layers.1.mlp.up_proj.weight", 1e4, "layers.1.up", RangeKind.GatedProduct)]
    [InlineData("model.layers.0.mlp.gate_proj.weight", 500, "layers.0.up", RangeKind.ActivationInput)]
    [InlineData("model.layers.1.self_attn.v_proj.weight", 2e3, "layers.1.qkv", RangeKind.CachedValue)]
    [InlineData("model.layers.0.self_attn.q_proj.weight", 2e3, "layers.0.qkv", RangeKind.RelativeScore)]
    [InlineData("lm_head.weight", 500, "head", RangeKind.LogitSpread)]
    [InlineData("model.embed_tokens.weight", 1e3, "layers.0.qkv", RangeKind.MeanSquare)]
    public void Scaled_weights_are_found_by_layer_and_kind(string tensor, double factor, string place, RangeKind kind)
    {
        Assert.False(Check().Overflows);
        Scale(tensor, factor);
        var report = Check();
        Assert.Contains(report.Findings, f => f.Verdict == RangeVerdict.Overflow && f.Observed.Place == place && f.Observed.Kind == kind);
    }

    [Fact]
    public void Tiny_inputs_of_a_norm_lose_accuracy()
    {
        Scale("model.embed_tokens.weight", 1e-3);
        Assert.Contains(Check().Findings, f => f.Verdict == RangeVerdict.Inaccurate && f.Observed.Place == "layers.0.qkv");
    }

    /// <summary>The warning is true: where it warns, the secure result differs from the reference's, and where it does not, it does not.</summary>
    [Fact]
    public async Task Where_it_warns_the_secure_result_is_wrong()
    {
        async Task<double> ErrorAsync() => (await new SimulatedVerification().RunAsync(
            new VerificationRequest(_directory.Path, "abab", 3, 2, false), new Progress<int>(), CancellationToken.None)).LargestLogitError;
        Assert.InRange(await ErrorAsync(), 0, 0.05);
        Scale("model.layers.1.mlp.up_proj.weight", 1e5);
        Assert.True(Check().Overflows);
        Assert.True(await ErrorAsync() > 1);
    }

    [Fact]
    public async Task The_command_warns_and_strict_makes_it_an_error()
    {
        ScaleWithin(1e4);
        using StringWriter output = new(), error = new();
        Assert.Equal(ExitCode.Done, await CommandLine.RunAsync(["model", "check", _directory.Path], output, error));
        Assert.Contains("warning: layers.1.up: gate times up reaches", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await CommandLine.RunAsync(["model", "check", _directory.Path, "--strict", "--json"], TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public void It_says_which_scale_bits_would_do()
    {
        ScaleWithin(3e3);
        var report = Check();
        Assert.True(report.Overflows);
        Assert.InRange(report.FittingScaleBits!.Value, 12, 15);
        Assert.False(RangeCheck.Run(_directory.Path, "abab", report.FittingScaleBits.Value, 2, 2, CancellationToken.None).Overflows);
    }

    private RangeReport Check() => RangeCheck.Run(_directory.Path, "abab", 16, 2, 2, CancellationToken.None);

    /// <summary>Makes numbers large within the MLP and nowhere else.</summary>
    private void ScaleWithin(double factor)
    {
        Scale("model.layers.1.mlp.up_proj.weight", factor);
        Scale("model.layers.1.mlp.down_proj.weight", 1 / factor);
    }

    private void Scale(string tensor, double factor)
    {
        var path = Path.Combine(_directory.Path, "model.safetensors");
        var writer = new SafetensorsWriter();
        using (var file = SafetensorsFile.Open(path))
            foreach (var info in file.Tensors.Values)
            {
                var values = new double[info.Elements];
                file.Read(info, 0, values);
                writer.AddSingle(info.Name, [.. info.Shape.Select(d => (int)d)], info.Name == tensor ? [.. values.Select(v => v * factor)] : values);
            }
        File.WriteAllBytes(path, writer.ToBytes());
    }
}
