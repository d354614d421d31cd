using System.Security.Cryptography;
using System.Text;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>
/// The public side of a shared secret: its name, k, and a commitment to every share and to the secret. With it a wrong share is recognised and its
/// holder named. The dealer, who knew the secret, is trusted to have dealt shares of it; the commitment to the secret shows when it was not so.
/// </summary>
/// <param name="KeyName">The secret's name.</param>
/// <param name="Threshold">k, how many shares give it.</param>
/// <param name="Commitments">One per share; share i at i − 1.</param>
/// <param name="SecretDigest">SHA-256("mimir shared key v1" ‖ name length, name ‖ secret). The secret must not be guessable.</param>
public sealed record KeyDeal(string KeyName, int Threshold, IReadOnlyList<ReadOnlyMemory<byte>> Commitments, ReadOnlyMemory<byte> SecretDigest)
{
    /// <summary>Shares <paramref name="secret"/> so that any <paramref name="threshold"/> of <paramref name="shares"/> give it.</summary>
    /// <exception cref="ArgumentException">A bad name, k or n.</exception>
    public static (KeyDeal Deal, IReadOnlyList<KeyShare> Shares) Split(string keyName, ReadOnlySpan<byte> secret, int threshold, int shares)
    {
        PeerName.Require(keyName);
        KeyShare[] dealt = [.. Shamir.Split(secret, threshold, shares).Select((bytes, i) => new KeyShare(keyName, (byte)(i + 1), bytes))];
        return (new KeyDeal(keyName, threshold, [.. dealt.Select(s => (ReadOnlyMemory<byte>)s.Commitment())], Digest(keyName, secret)), dealt);
    }

    /// <summary>Whether it is the share that was dealt under its index.</summary>
    public bool IsGenuine(KeyShare share) =>
        share.KeyName == KeyName && share.Index >= 1 && share.Index <= Commitments.Count
        && CryptographicOperations.FixedTimeEquals(share.Commitment(), Commitments[share.Index - 1].Span);

    /// <summary>The secret from k different genuine shares; the caller zeroes it.</summary>
    /// <exception cref="KeyReleaseException">A share is not genuine (it is named), there are too few, or the deal itself was wrong.</exception>
    public byte[] Combine(IReadOnlyList<KeyShare> shares)
    {
        foreach (var share in shares)
            if (!IsGenuine(share)) throw new KeyReleaseException(KeyRefusal.WrongShare, $"share {share.Index} of '{KeyName}' is not the one that was dealt; its holder gave something else");
        KeyShare[] chosen = [.. shares.DistinctBy(s => s.Index).Take(Threshold)];
        if (chosen.Length < Threshold) throw new KeyReleaseException(KeyRefusal.TooFewShares, $"{chosen.Length} of {Threshold} shares of '{KeyName}' are there");
        var secret = GC.AllocateUninitializedArray<byte>(chosen[0].Bytes.Length, pinned: true);
        Shamir.Combine([.. chosen.Select(s => s.Index)], [.. chosen.Select(s => s.Raw)], secret);
        if (CryptographicOperations.FixedTimeEquals(Digest(KeyName, secret), SecretDigest.Span)) return secret;
        CryptographicOperations.ZeroMemory(secret);
        throw new KeyReleaseException(KeyRefusal.WrongShare, $"the shares of '{KeyName}' are those that were dealt, but the key was dealt wrongly");
    }

    private static byte[] Digest(string keyName, ReadOnlySpan<byte> secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("mimir shared key v1"u8);
        hash.AppendData([(byte)keyName.Length, .. Encoding.ASCII.GetBytes(keyName)]);
        hash.AppendData(secret);
        return hash.GetHashAndReset();
    }
}
