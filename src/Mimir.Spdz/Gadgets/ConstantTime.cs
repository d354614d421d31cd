namespace Mimir.Spdz.Gadgets;

/// <summary>Comparisons of secret integers without a branch or a secret index.</summary>
internal static class ConstantTime
{
    /// <summary>1 when x = y, else 0; both non-negative.</summary>
    public static int Equal(int x, int y) => unchecked((int)((uint)((x ^ y) - 1) >> 31));

    /// <summary>1 when x &lt; y, else 0; both non-negative.</summary>
    public static int Less(int x, int y) => unchecked((int)((uint)(x - y) >> 31));
}
