using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>The operations of <see cref="IArithmetic{T}"/> that need no model: secure results against the float reference, f = 16, degree 2.</summary>
public sealed class ArithmeticTests
{
    private static readonly TinyModel Model = TinyModel.Llama();
    private static readonly Numbers Numbers = new(Model.Layout, 16, 2, 3);
    private static readonly RotaryTable Rotary = new(8, 10000);

    public static TheoryData<string, double, double> Operations => new()
    {
        { "multiply", 4, 2e-4 },
        { "activation", 6, 9e-4 },
        { "activation", 60, 1.7e-3 },
        { "normalize", 0.2, 1.5e-3 },
        { "normalize", 4, 5e-4 },
        { "normalize", 100, 5e-4 },
        { "center", 4, 1e-3 },
        { "rotate", 4, 2e-4 },
        { "truncated product", 4, 2e-4 },
        { "softmax", 1, 1e-4 },
        { "softmax", 8, 1e-4 },
        { "softmax", 60, 1.2e-4 },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Secure_results_are_the_reference_within_the_bound(string operation, double size, double bound)
    {
        var random = new Random(3);
        for (var run = 0; run < 4; run++)
        {
            var (x, y) = (Vector(), Vector());
            var expected = await ReferenceAsync(operation, x, y);
            var harness = new GadgetHarness(2 + run % 2, run < 2) { Seed = (ulong)run, Deal = t => Deal(t, operation), Triples = Triples(operation) };
            var result = await harness.RunAsync([Array.ConvertAll(x, Numbers.Encode), Array.ConvertAll(y, Numbers.Encode)], (step, v) => SecureAsync(operation, step, v[0], v[1]));
            var worst = result.Select((r, i) => Math.Abs(Field.Decode(r, operation == "softmax" ? Numbers.WeightBits : 16) - expected[i])).Max();
            Assert.True(worst <= bound, $"{worst:E2}");
        }

        double[] Vector() => [.. Enumerable.Range(0, 16).Select(_ => (2 * random.NextDouble() - 1) * size)];
    }

    private static ValueTask<double[]> ReferenceAsync(string operation, double[] x, double[] y)
    {
        var a = new FloatArithmetic(new ReferenceWeights(Model));
        return operation switch
        {
            "multiply" => a.MultiplyAsync(x, y),
            "activation" => ValueTask.FromResult(Array.ConvertAll(x, v => Model.Layout.Activation.Evaluate(v))),
            "truncated product" => a.MultiplyAsync(x, y),
            "normalize" => a.NormalizeAsync(x, Model.Layout.NormEpsilon),
            "center" => a.CenterAsync(x),
            "rotate" => a.RotateAsync(x, Rotary, 9),
            _ => ValueTask.FromResult(FloatArithmetic.Softmax(x, 2)),
        };
    }

    private static async ValueTask<Share> SecureAsync(string operation, PartyStep step, Share x, Share y) => operation switch
    {
        "multiply" => await Truncate.RunAsync(step, await Multiply.RunAsync(step, x, y), 16),
        "activation" => await Truncate.RunAsync(step, await Spline.RunAsync(step, Raw(x), Numbers.Activation), Numbers.Activation.OutputBits - 16),
        "truncated product" => await TruncatedProductAsync(step, Raw(x), y),
        "normalize" => await Normalize.RunAsync(step, x, Numbers),
        "center" => await PublicMaps.CenterAsync(step, x),
        "rotate" => await PublicMaps.RotateAsync(step, x, Rotary, 9, Numbers),
        _ => await Softmax.RunAsync(step, Raw(x), 2, Numbers),
    };

    /// <summary>x as a product leaves it: scale 2f.</summary>
    private static Share Raw(Share x) => Math.ScaleB(1, 16) * x;

    private static async ValueTask<Share> TruncatedProductAsync(PartyStep step, Share x, Share y)
    {
        var c = await step.Opener.OpenAsync(step.Party.AddScalar(x + step.Tape.Uniform(16), Truncate.Offset), step.Cancellation);
        return await Truncate.RunAsync(step, await TruncatedProduct.RunAsync(step, c, y, 16), 16);
    }

    private static void Deal(DealingTape tape, string operation)
    {
        switch (operation)
        {
            case "activation":
                Spline.Deal(tape, 16, Numbers.Activation);
                Truncate.Deal(tape, 16, Numbers.Activation.OutputBits - 16);
                break;
            case "truncated product":
                var r = new double[16];
                tape.Uniform(r);
                TruncatedProduct.Deal(tape, r, 16);
                Truncate.Deal(tape, 16, 16);
                break;
            case "normalize":
                Normalize.Deal(tape, 16, Numbers);
                break;
            case "softmax":
                Softmax.Deal(tape, 2, 8, Numbers);
                break;
            default:
                Truncate.Deal(tape, 16, operation == "center" ? PublicMaps.MeanBits : 16);
                break;
        }
    }

    private static int Triples(string operation) => (int)(operation switch
    {
        "multiply" => Multiply.Cost(16),
        "activation" => Spline.Cost(16, Numbers.Activation),
        "normalize" => Normalize.Cost(16, Numbers),
        "softmax" => Softmax.Cost(2, 8, Numbers),
        _ => default,
    }).Triples;
}
