using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.Certificates;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>Deals and shares as PEM files: <c>MIMIR KEY DEAL</c> (public) and <c>MIMIR KEY SHARE</c> (its holder's secret, mode 0600).</summary>
public static class KeyDealFiles
{
    /// <summary>Most bytes of either file.</summary>
    public const int LargestFile = 64 * 1024;

    private const string DealLabel = "MIMIR KEY DEAL";
    private const string ShareLabel = "MIMIR KEY SHARE";
    private const int LongestSecret = 4096;

    /// <summary>name length, name, k, n, n commitments of 32 bytes, digest of 32 bytes.</summary>
    public static void Save(string path, KeyDeal deal) => Write(path, DealLabel,
        [.. NameOf(deal.KeyName), (byte)deal.Threshold, (byte)deal.Commitments.Count, .. deal.Commitments.SelectMany(c => c.ToArray()), .. deal.SecretDigest.Span]);

    /// <summary>name length, name, index, share.</summary>
    public static void Save(string path, KeyShare share)
    {
        byte[] content = [.. NameOf(share.KeyName), share.Index, .. share.Bytes];
        Write(path, ShareLabel, content);
        CryptographicOperations.ZeroMemory(content);
    }

    /// <summary>Reads a deal.</summary>
    /// <exception cref="InvalidDataException">Missing, or no such file.</exception>
    public static KeyDeal LoadDeal(string path)
    {
        var (name, rest) = Read(Text(path, DealLabel), path, DealLabel);
        if (rest.Length < 2 || rest[0] < 1 || rest[1] < rest[0] || rest.Length != 2 + 32 * (rest[1] + 1)) throw Damaged(path, DealLabel);
        return new KeyDeal(name, rest[0], [.. Enumerable.Range(0, rest[1]).Select(i => (ReadOnlyMemory<byte>)rest.AsMemory(2 + 32 * i, 32))], rest.AsMemory(rest.Length - 32));
    }

    /// <summary>Reads a share.</summary>
    /// <exception cref="InvalidDataException">Missing, or no such file.</exception>
    public static KeyShare LoadShare(string path) => ParseShare(Text(path, ShareLabel), path);

    /// <summary>A share from its file's text; <paramref name="path"/> is how messages call it.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static KeyShare ParseShare(string text, string path)
    {
        var (name, rest) = Read(text, path, ShareLabel);
        if (rest.Length is < 2 or > 1 + LongestSecret || rest[0] == 0) throw Damaged(path, ShareLabel);
        return new KeyShare(name, rest[0], rest[1..]);
    }

    private static byte[] NameOf(string name) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static void Write(string path, string label, byte[] content)
    {
        if (File.Exists(path)) throw new IOException($"{path}: exists already; a share or deal is never overwritten");
        OwnerOnlyFile.Write(path, PemEncoding.WriteString(label, content));
    }

    private static string Text(string path, string label) =>
        File.Exists(path) && new FileInfo(path).Length <= LargestFile ? File.ReadAllText(path) : throw Damaged(path, label);

    private static (string Name, byte[] Content) Read(string text, string path, string label)
    {
        if (!PemEncoding.TryFind(text, out var fields) || !text.AsSpan()[fields.Label].SequenceEqual(label)) throw Damaged(path, label);
        var content = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(text.AsSpan()[fields.Base64Data], content, out var length) || length != content.Length || length < 1 || length <= content[0])
            throw Damaged(path, label);
        var name = Encoding.Latin1.GetString(content, 1, content[0]);
        return PeerName.IsValid(name) ? (name, content[(1 + content[0])..]) : throw Damaged(path, label);
    }

    private static InvalidDataException Damaged(string path, string label) => new($"{path}: is missing, or is no file of the kind '{label}'");
}
