using Mimir.Numerics;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// The masks under which logits go to their owner: ρ = Σ_i PRG(k_i), one element per token of the vocabulary and output. Party i expands its own
/// key, dealer and client all of them; of every ρ the dealer deals [αρ], so that what the parties open is checked like any opening.
/// <see cref="Spare"/> elements behind the last output take part in the test of the client's masks: other keys at the client would show there.
/// </summary>
public sealed class LogitsMasks : IDisposable
{
    /// <summary>Elements that are tested and never hide anything.</summary>
    public const int Spare = 8;

    private const ulong Stream = 9;
    private readonly Prg[] _generators;
    private readonly int _vocabulary;
    private readonly int _outputs;

    /// <summary>Masks of the parties whose <paramref name="keys"/> these are.</summary>
    public LogitsMasks(IEnumerable<byte[]> keys, int vocabulary, int outputs)
    {
        _generators = [.. keys.Select(k => new Prg(k, Stream))];
        (_vocabulary, _outputs) = (vocabulary, outputs);
    }

    /// <summary>Writes ρ of output <paramref name="number"/>, vocabulary elements.</summary>
    public void Of(int number, Span<double> destination) => Fill((ulong)number * (ulong)_vocabulary, destination[.._vocabulary]);

    /// <summary>Writes the spare elements.</summary>
    public void OfSpare(Span<double> destination) => Fill((ulong)_outputs * (ulong)_vocabulary, destination[..Spare]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var generator in _generators) generator.Dispose();
    }

    private void Fill(ulong position, Span<double> destination)
    {
        destination.Clear();
        var part = new double[Math.Min(destination.Length, 4096)];
        for (var at = 0; at < destination.Length; at += part.Length)
        {
            var sum = destination.Slice(at, Math.Min(part.Length, destination.Length - at));
            foreach (var generator in _generators)
            {
                generator.Fill(position + (ulong)at, part.AsSpan(0, sum.Length));
                FieldVector.Add(sum, part.AsSpan(0, sum.Length), sum);
            }
        }
        Array.Clear(part);
    }
}
