using Mimir.Models.Transformers;

namespace Mimir.Models.Reference;

/// <summary>One sequence through the float64 reference, token by token.</summary>
public sealed class ReferenceModel
{
    private readonly ModelLayout _layout;
    private readonly Transformer<double[]> _transformer;

    /// <summary>An empty sequence over <paramref name="weights"/>, which may be shared between sequences.</summary>
    public ReferenceModel(ReferenceWeights weights)
    {
        _layout = weights.Layout;
        _transformer = new Transformer<double[]>(_layout, new FloatArithmetic(weights));
    }

    /// <summary>Tokens taken in so far.</summary>
    public int Position { get; private set; }

    /// <summary>
    /// Takes in the next token and returns the logits of the one after it, or null when <paramref name="wantLogits"/> is false, which
    /// saves the product with the head.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The context is full.</exception>
    public double[]? Step(int token, bool wantLogits = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, _layout.VocabularySize);
        if (Position >= _layout.MaxPositions) throw new InvalidOperationException($"the model's context of {_layout.MaxPositions} positions is full");
        var stream = Complete(_transformer.StepAsync([token], Position++));
        if (!wantLogits) return null;
        var logits = Complete(_transformer.LogitsAsync(stream));
        return _layout.LogitsCap > 0 ? Array.ConvertAll(logits, logit => ScalarFunctions.Cap(logit, _layout.LogitsCap)) : logits;
    }

    /// <summary>
    /// Generates <paramref name="maxTokens"/> tokens after <paramref name="prompt"/>; <paramref name="pick"/> chooses from the logits,
    /// for example <see cref="Greedy(double[])"/>. Stops early after a token of <paramref name="stopAt"/>, which is included.
    /// </summary>
    /// <exception cref="ArgumentException">Empty prompt, or prompt and tokens do not fit the context; names all lengths.</exception>
    public static ReferenceGeneration Generate(
        IWeightSource source, int[] prompt, int maxTokens, Func<double[], int> pick, IReadOnlyCollection<int>? stopAt = null) =>
        Generate(new ReferenceWeights(source), prompt, maxTokens, pick, stopAt);

    /// <summary>The same over weights that are already in memory.</summary>
    public static ReferenceGeneration Generate(
        ReferenceWeights weights, int[] prompt, int maxTokens, Func<double[], int> pick, IReadOnlyCollection<int>? stopAt = null)
    {
        if (prompt.Length == 0) throw new ArgumentException("the prompt has no tokens", nameof(prompt));
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);
        var positions = weights.Layout.MaxPositions;
        if (prompt.Length + Math.Max(0, maxTokens - 1L) > positions)
            throw new ArgumentException($"a prompt of {prompt.Length} tokens and {maxTokens} more do not fit the model's context of {positions}", nameof(prompt));

        var model = new ReferenceModel(weights);
        var (tokens, logits) = (new List<int>(), new List<double[]>());
        for (var i = 0; i < prompt.Length - 1; i++) model.Step(prompt[i], wantLogits: false);
        var next = prompt[^1];
        while (tokens.Count < maxTokens)
        {
            logits.Add(model.Step(next)!);
            tokens.Add(next = pick(logits[^1]));
            if (stopAt?.Contains(next) == true) break;
        }
        return new ReferenceGeneration(tokens, logits);
    }

    /// <summary>The index of the largest logit, the first of equals.</summary>
    public static int Greedy(double[] logits) => Greedy(logits.AsSpan());

    /// <summary>The index of the largest logit, the first of equals.</summary>
    public static int Greedy(ReadOnlySpan<double> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }

    private static double[] Complete(ValueTask<double[]> task) =>
        task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
