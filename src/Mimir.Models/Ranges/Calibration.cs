using Mimir.Models.Reference;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;

namespace Mimir.Models.Ranges;

/// <summary>Runs a text through the float64 reference and says how large every kind of number became.</summary>
public static class Calibration
{
    /// <summary>Prose, code, numbers, names, other scripts, and what makes outliers: line breaks, repetition, rare characters.</summary>
    public const string Text =
        "The committee met on 14 March 2019 to discuss its budget.\n\n\"Where were you?\" she asked; nobody answered.\n"
        + "def area(r):\n    return 3.14159 * r ** 2\n\nParis, Zürich, Москва, 東京. 1, 2, 3, 4, 5, 6, 7 ... a a a a a a a a !!! {\"key\": [null, true]}";

    /// <summary>Bytes that <see cref="Observe"/> holds in memory for <paramref name="layout"/>: all weights, as doubles.</summary>
    public static long MemoryBytes(ModelLayout layout) => checked(sizeof(double) * layout.Parameters);

    /// <summary>
    /// The ranges of a forward pass over the first <paramref name="most"/> tokens of <paramref name="text"/>, as many as the model's context holds.
    /// </summary>
    /// <exception cref="ArgumentException">The text has no tokens.</exception>
    /// <exception cref="ModelFormatException">The weights cannot be read.</exception>
    public static IReadOnlyList<RangeObservation> Observe(IWeightSource weights, ITokenizer tokenizer, string text, int most, IProgress<int>? progress, CancellationToken cancellation)
    {
        var layout = weights.Layout;
        int[] tokens = [.. tokenizer.Encode(text).Take(Math.Min(most, layout.MaxPositions))];
        if (tokens.Length == 0) throw new ArgumentException("the calibration text has no tokens", nameof(text));
        var recorder = new RangeRecorder();
        var transformer = new Transformer<double[]>(layout, new ObservingArithmetic(new FloatArithmetic(new ReferenceWeights(weights)), layout, recorder));
        for (var position = 0; position < tokens.Length; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            Complete(transformer.LogitsAsync(Complete(transformer.StepAsync([tokens[position]], position))));
            progress?.Report(position + 1);
        }
        return recorder.Observations;
    }

    private static double[] Complete(ValueTask<double[]> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
