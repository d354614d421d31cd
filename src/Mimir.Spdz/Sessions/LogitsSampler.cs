using System.Security.Cryptography;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// How a data owner that receives logits chooses its tokens: the largest, or, with a temperature, the largest after Gumbel noise, as
/// <see cref="Sample"/> does it under encryption; with the session's noise seed even with the same noise. Tokens that the owner leaves out have logit −∞.
/// </summary>
public sealed class LogitsSampler : IDisposable
{
    private readonly double _temperature;
    private readonly int _topK;
    private readonly Prg _noise;

    /// <summary>The sampler of a session; with <paramref name="topK"/> &gt; 0 among the k largest logits only, the noise by rank.</summary>
    public LogitsSampler(SessionPlan plan, int topK = 0)
    {
        (_temperature, _topK) = (plan.Temperature, topK);
        _noise = plan.NoiseSeed is { } seed ? Sample.PublicGenerator(seed) : new Prg(RandomNumberGenerator.GetBytes(TapeKeys.Bytes), 0);
    }

    /// <summary>The token of output <paramref name="number"/>; of equal logits the first.</summary>
    public int Next(ReadOnlySpan<double> logits, int number)
    {
        var scores = logits.ToArray();
        var tokens = _temperature > 0 && _topK > 0 ? Largest(scores) : null;
        if (tokens is not null) scores = Array.ConvertAll(tokens, token => scores[token]);
        if (_temperature > 0)
        {
            var noise = new double[scores.Length];
            _noise.Fill((ulong)number * (ulong)noise.Length, noise);
            for (var i = 0; i < scores.Length; i++) scores[i] += Sample.Gumbel(noise[i], _temperature);
            Array.Clear(noise);
        }
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
            if (scores[i] > scores[best]) best = i;
        Array.Clear(scores);
        return tokens is null ? best : tokens[best];
    }

    /// <inheritdoc/>
    public void Dispose() => _noise.Dispose();

    private int[] Largest(double[] logits) => [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).Take(_topK)];
}
