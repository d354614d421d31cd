using Mimir.Numerics;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// A client's side of a session, without any transport: test the masks, mask the prompt, unmask the tokens. Learns its own prompt and the
/// tokens granted to it.
/// </summary>
public sealed class ClientSession : IDisposable
{
    private readonly SessionPlan _plan;
    private readonly int _parties;
    private readonly bool _active;
    private readonly IReadOnlyList<int> _inputs;
    private readonly double[] _masks;
    private readonly LogitsMasks? _logits;
    private readonly HashSet<int> _masked = [];
    private readonly int _vocabulary;
    private bool _verified;

    /// <summary>
    /// <paramref name="masks"/> and, for logits, <paramref name="logitsKeys"/>: what the dealer sealed to this client of a model with
    /// <paramref name="vocabulary"/> tokens.
    /// </summary>
    public ClientSession(SessionPlan plan, string name, int parties, bool active, double[] masks, byte[][] logitsKeys, int vocabulary)
    {
        (_plan, _parties, _active, _masks) = (plan, parties, active, masks);
        _inputs = ClientMasks.Inputs(plan, name);
        if (masks.Length != ClientMasks.Count(plan, name) || !FieldVector.IsCanonical(masks))
            throw new DealerCheatedException($"the Triple Service sent {masks.Length} masks where {ClientMasks.Count(plan, name)} field elements are due");
        if (logitsKeys.Length != (plan.LogitsToOwner ? parties : 0))
            throw new DealerCheatedException($"the Triple Service sent {logitsKeys.Length} keys of masks of logits");
        if (plan.LogitsToOwner) _logits = new LogitsMasks(logitsKeys, vocabulary, plan.Outputs);
        (_vocabulary, _verified) = (vocabulary, !active);
    }

    /// <summary>
    /// Compares every party's proof with the masks. Must be called before the prompt is masked.
    /// </summary>
    /// <exception cref="OutputMismatchException">The parties disagree.</exception>
    /// <exception cref="DealerCheatedException">The dealer gave this client other masks than the parties.</exception>
    public void Verify(IReadOnlyList<MaskProof> proofs)
    {
        if (!_active) return;
        RequireCopies(proofs.Count);
        foreach (var proof in proofs)
            if (!proof.Coin.AsSpan().SequenceEqual(proofs[0].Coin) || proof.Combination != proofs[0].Combination)
                throw new OutputMismatchException("the parties sent different proofs of the input masks; no prompt was sent");
        var spare = new double[_logits is null ? 0 : LogitsMasks.Spare];
        _logits?.OfSpare(spare);
        double[] tested = [.. _masks, .. spare];
        var expected = FieldVector.Dot(ClientMasks.Coefficients(proofs[0].Coin, tested.Length), tested);
        if (expected != proofs[0].Combination)
            throw new DealerCheatedException("the Triple Service gave this client other masks than the parties; no prompt was sent");
        _verified = true;
    }

    /// <summary>
    /// The masked inputs of one segment: <paramref name="tokens"/> (at most the segment's positions; the rest is padding), and for
    /// the last segment the bits that say which positions are prompt. The same vector goes to every party. Behind the
    /// segments come the tokens of single runs, where the owner continues. Once per segment: two
    /// prompts under one mask would reveal their difference.
    /// </summary>
    /// <exception cref="ArgumentException">The number of tokens does not fit the segment, or one is negative.</exception>
    /// <exception cref="InvalidOperationException">The masks have not been verified, or the segment has been masked before.</exception>
    public double[] MaskInputs(int segment, ReadOnlySpan<int> tokens)
    {
        if (!_verified) throw new InvalidOperationException("the masks have not been verified");
        var numbers = _plan.InputsOf(segment);
        var positions = _plan.OwnerContinues ? numbers.Count : _plan.Segments[segment].Positions;
        if (_plan.OwnerContinues && tokens.Length != positions) throw new ArgumentException($"part {segment} of the inputs takes {positions} tokens, not {tokens.Length}");
        if (tokens.Length > positions || tokens.Length < positions - (segment == _plan.Segments.Count - 1 ? _plan.Uncertain : 0))
            throw new ArgumentException($"segment {segment} takes {positions} positions, not {tokens.Length}");
        foreach (var token in tokens) ArgumentOutOfRangeException.ThrowIfNegative(token, nameof(tokens));
        if (!_masked.Add(segment)) throw new InvalidOperationException($"segment {segment} has been masked already; a mask hides one prompt only");
        var offset = 1;
        while (_inputs[offset - 1] != numbers[0]) offset++;
        var result = new double[numbers.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var value = i < positions
                ? (i < tokens.Length ? tokens[i] : 0)
                : (positions - _plan.Uncertain + (i - positions) < tokens.Length ? 1 : 0);
            result[i] = Field.Subtract(value, _masks[offset + i]);
        }
        return result;
    }

    /// <summary>
    /// The token of output <paramref name="number"/> from the copies of all N parties, or null while the prompt still speaks.
    /// </summary>
    /// <exception cref="OutputMismatchException">The copies differ or are no token.</exception>
    /// <exception cref="InvalidOperationException">The masks have not been verified.</exception>
    public int? Unmask(int number, IReadOnlyList<double> copies, int vocabulary)
    {
        if (!_verified) throw new InvalidOperationException("the masks have not been verified");
        RequireCopies(copies.Count);
        foreach (var copy in copies)
            if (copy != copies[0] || !FieldVector.IsCanonical([copy]))
                throw new OutputMismatchException($"the parties sent different copies of output {number}; it was not used");
        var value = Field.Add(copies[0], _masks[1 + _inputs.Count + number]);
        if (value > vocabulary) throw new OutputMismatchException($"output {number} is no token of this model");
        return value == 0 ? null : (int)value - 1;
    }

    /// <summary>The logits of output <paramref name="number"/> from the copies of all N parties.</summary>
    /// <exception cref="OutputMismatchException">The copies differ or are no logits.</exception>
    /// <exception cref="InvalidOperationException">The masks have not been verified, or the session gives no logits.</exception>
    public double[] UnmaskLogits(int number, IReadOnlyList<double[]> copies)
    {
        if (!_verified || _logits is null) throw new InvalidOperationException("the masks have not been verified, or the session gives no logits");
        RequireCopies(copies.Count);
        foreach (var copy in copies)
            if (copy.Length != _vocabulary || !copy.AsSpan().SequenceEqual(copies[0]) || !FieldVector.IsCanonical(copy))
                throw new OutputMismatchException($"the parties sent different copies of the logits of output {number}; they were not used");
        var logits = new double[_vocabulary];
        _logits.Of(number, logits);
        FieldVector.Add(logits, copies[0], logits);
        FieldVector.Decode(logits, _plan.FractionBits, logits);
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.Clear(_masks);
        _logits?.Dispose();
    }

    private void RequireCopies(int count)
    {
        if (count != _parties) throw new OutputMismatchException($"{count} copies where all {_parties} parties must send one");
    }
}
