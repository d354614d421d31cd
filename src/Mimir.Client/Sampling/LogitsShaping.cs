namespace Mimir.Client.Sampling;

/// <summary>
/// What a data owner does with logits before it draws: repetition penalty, presence and frequency penalties, logit bias, then, on the distribution at the
/// temperature, top-k, top-p and min-p. The order is that of Hugging Face's generate (processors, then temperature, then warpers); what is left out becomes −∞.
/// </summary>
/// <remarks>
/// Repetition (Keskar et al. 2019): l &gt; 0 ? l/θ : l·θ for every token of prompt and text. Presence and frequency (OpenAI): l − α_p·[c &gt; 0] − α_f·c, c counted in the text
/// alone. Top-p (Holtzman et al. 2020): the likeliest tokens up to and with the one at which their sum reaches p. Min-p (Nguyen et al. 2024): p_i ≥ min-p·max p.
/// Of equal logits the first counts as the larger one. Not constant-time: it is the owner's own text, on its own machine.
/// </remarks>
public sealed class LogitsShaping(OwnerSampling sampling, double temperature)
{
    private readonly HashSet<int> _known = [];
    private readonly Dictionary<int, int> _counts = [];

    /// <summary>A token of the prompt.</summary>
    public void Know(int token) => _known.Add(token);

    /// <summary>A token of the text.</summary>
    public void Append(int token)
    {
        _known.Add(token);
        _counts[token] = _counts.GetValueOrDefault(token) + 1;
    }

    /// <summary>Shapes <paramref name="logits"/> in place.</summary>
    public void Apply(Span<double> logits)
    {
        Penalize(logits);
        if (temperature == 0 || sampling is { TopK: 0, TopP: 1, MinP: 0 }) return;
        var order = new int[logits.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var keys = logits.ToArray();
        Array.Sort(order, (i, j) => keys[i] != keys[j] ? keys[j].CompareTo(keys[i]) : i - j);
        var kept = Kept(keys, order);
        foreach (var i in order.AsSpan(kept)) logits[i] = double.NegativeInfinity;
        Array.Clear(keys);
    }

    /// <summary>ln of every token's probability, before anything is done to the logits: the chosen one's and the likeliest ones'.</summary>
    public TokenLogProbs Explain(ReadOnlySpan<double> logits, int chosen)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        var normalizer = largest + Math.Log(sum);
        var keys = logits.ToArray();
        var top = Enumerable.Range(0, keys.Length).OrderByDescending(i => keys[i]).Take(sampling.TopLogProbs ?? 0);
        return new TokenLogProbs(new(chosen, logits[chosen] - normalizer), [.. top.Select(i => new TokenLogProb(i, keys[i] - normalizer))]);
    }

    private void Penalize(Span<double> logits)
    {
        if (sampling.RepetitionPenalty != 1)
            foreach (var token in _known)
                logits[token] = logits[token] > 0 ? logits[token] / sampling.RepetitionPenalty : logits[token] * sampling.RepetitionPenalty;
        foreach (var (token, count) in _counts) logits[token] -= sampling.PresencePenalty + sampling.FrequencyPenalty * count;
        foreach (var (token, bias) in sampling.LogitBias) logits[token] += bias;
    }

    /// <summary>How many of the tokens, in descending order, are left; at least one.</summary>
    private int Kept(double[] logits, int[] order)
    {
        var kept = sampling.TopK > 0 ? Math.Min(sampling.TopK, order.Length) : order.Length;
        var weights = new double[kept];
        var sum = 0.0;
        for (var i = 0; i < kept; i++) sum += weights[i] = Math.Exp((logits[order[i]] - logits[order[0]]) / temperature);
        var (below, left) = (0.0, 0);
        while (left < kept && below < sampling.TopP * sum) below += weights[left++];
        while (left > 1 && weights[left - 1] < sampling.MinP) left--;
        return Math.Max(1, left);
    }
}
