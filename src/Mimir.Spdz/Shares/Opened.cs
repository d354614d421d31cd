namespace Mimir.Spdz.Shares;

/// <summary>
/// A vector that all parties of the session know: it was opened (always under a mask), or it is a public constant. It stays inside the
/// protocol: nothing in it may leave the party before the check (see <see cref="Mimir.Spdz.Opening.Verified{T}"/>).
/// </summary>
public readonly struct Opened(ReadOnlyMemory<double> values)
{
    /// <summary>Canonical field elements.</summary>
    internal ReadOnlyMemory<double> Values { get; } = values;

    /// <summary>Number of elements.</summary>
    public int Length => Values.Length;

    /// <summary>Elements [start, start + length).</summary>
    public Opened Slice(int start, int length) => new(Values.Slice(start, length));
}
