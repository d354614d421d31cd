namespace Mimir.Numerics.Simd;

/// <summary>
/// Loads elements that lie packed to 50 bits (<see cref="FieldPacking"/>), as many as one register of <typeparamref name="TD"/> holds. An instance holds what stays in
/// registers during a loop. Reads up to <see cref="PackedLoads.BytesBehind"/> bytes behind them.
/// </summary>
internal interface IPackedLoads<TSelf, TD>
    where TSelf : struct
    where TD : struct
{
    static abstract TSelf Create();

    /// <summary>Elements from <paramref name="index"/> on, a multiple of their number, of a vector that starts at <paramref name="source"/>.</summary>
    TD Load(ref byte source, nuint index);
}
