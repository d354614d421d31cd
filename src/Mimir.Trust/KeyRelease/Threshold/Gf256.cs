namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (that of AES). Addition is exclusive or. Constant time: no tables, no branches.</summary>
internal static class Gf256
{
    /// <summary>x·y.</summary>
    public static byte Multiply(byte x, byte y)
    {
        unchecked
        {
            int product = 0, shifted = x;
            for (var bit = 0; bit < 8; bit++)
            {
                product ^= shifted & -(y >> bit & 1);
                shifted = shifted << 1 ^ 0x11b & -(shifted >> 7);
            }
            return (byte)product;
        }
    }

    /// <summary>1/x = x^254; 0 for 0.</summary>
    public static byte Inverse(byte x)
    {
        var result = (byte)1;
        var square = x;
        for (var bit = 1; bit < 8; bit++)
        {
            square = Multiply(square, square);
            result = Multiply(result, square);
        }
        return result;
    }
}
