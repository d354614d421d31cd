using System.Security.Cryptography;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>
/// Shamir's secret sharing, byte by byte over <see cref="Gf256"/>: f(0) = secret, f random of degree k − 1, share i = f(i). Any k shares give the
/// secret, k − 1 say nothing about it. Constant time in secret and shares.
/// </summary>
/// <remarks>Source: Shamir, "How to share a secret", 1979.</remarks>
internal static class Shamir
{
    /// <summary>f(1), …, f(n), each as long as the secret.</summary>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, int shares)
    {
        if (threshold < 1 || shares < threshold || shares > 255)
            throw new ArgumentException($"1 <= k <= n <= 255 must hold, not k = {threshold}, n = {shares}.", nameof(threshold));
        var result = new byte[shares][];
        var coefficients = GC.AllocateUninitializedArray<byte>((threshold - 1) * secret.Length, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(coefficients);
            for (var i = 0; i < shares; i++) result[i] = Evaluate(secret, coefficients, (byte)(i + 1));
            return result;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(coefficients);
        }
    }

    /// <summary>f(0) = Σ f(i) · Π j/(j − i), i and j over the given indexes, which are public.</summary>
    /// <exception cref="ArgumentException">An index is 0 or comes twice.</exception>
    public static void Combine(ReadOnlySpan<byte> indexes, ReadOnlySpan<byte[]> shares, Span<byte> secret)
    {
        secret.Clear();
        for (var i = 0; i < indexes.Length; i++)
        {
            byte weight = 1;
            for (var j = 0; j < indexes.Length; j++)
            {
                if (j == i) continue;
                var difference = (byte)(indexes[j] ^ indexes[i]);
                if (difference == 0 || indexes[j] == 0) throw new ArgumentException("The indexes of shares must differ, and differ from 0.", nameof(indexes));
                weight = Gf256.Multiply(weight, Gf256.Multiply(indexes[j], Gf256.Inverse(difference)));
            }
            for (var b = 0; b < secret.Length; b++) secret[b] ^= Gf256.Multiply(weight, shares[i][b]);
        }
    }

    private static byte[] Evaluate(ReadOnlySpan<byte> secret, byte[] coefficients, byte x)
    {
        var value = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
        value.AsSpan().Clear();
        for (var from = coefficients.Length - secret.Length; from >= 0; from -= secret.Length)
            for (var b = 0; b < value.Length; b++) value[b] = Gf256.Multiply((byte)(value[b] ^ coefficients[from + b]), x);
        for (var b = 0; b < value.Length; b++) value[b] ^= secret[b];
        return value;
    }
}
