namespace Mimir.Numerics.Simd;

/// <summary>Loads 16-bit integers as doubles, as many as one register of <typeparamref name="TD"/> holds.</summary>
internal interface IShortLoads<TD>
    where TD : struct
{
    /// <summary>Elements from <paramref name="index"/> on.</summary>
    static abstract TD Load(ref short source, nuint index);
}
