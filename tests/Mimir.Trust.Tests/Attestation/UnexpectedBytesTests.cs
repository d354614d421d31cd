using CsCheck;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Random, cut, lengthened and mutated evidence never throws and never verifies.</summary>
public sealed class UnexpectedBytesTests
{
    private const string Seed = "0N0XIzNsQ0O2";

    private static readonly VerificationContext Context = new() { At = LabChain.Now };

    private static readonly string[] Beginnings = ["", "HCLA", "MEV1", "MSIM", "\u00FFTCG\u0080\u0018", "-----BEGIN CERTIFICATE-----\n", "{\"keys\":", "\u0003\0\0\0", "\u0030\u0082"];

    private static readonly Gen<byte[]> Bytes = Gen.Select(Gen.Int[0, Beginnings.Length - 1], Gen.Byte.Array[0, 1500], Gen.Bool, (begin, rest, whole) =>
    {
        byte[] bytes = [.. System.Text.Encoding.Latin1.GetBytes(Beginnings[begin]), .. rest];
        if (whole) Array.Resize(ref bytes, 1184);
        return bytes;
    });

    [Fact]
    public void Random_bytes_of_any_kind() => Gen.Select(Gen.Enum<EvidenceKind>(), Bytes, Gen.Select(Gen.Enum<EvidencePartKind>(), Bytes).Array[0, 4]).Sample((kind, body, parts) =>
    {
        var evidence = new Evidence(kind, body, [.. parts.Select(p => new EvidencePart(p.Item1, p.Item2))]);
        Assert.False(EvidenceVerifier.Verify(evidence, Context).IsValid);
    }, seed: Seed, iter: 1000);

    [Fact]
    public void Random_files() => Gen.Select(Bytes, Bytes.Array[0, 4], Gen.Int[0, 6]).Sample((body, others, kind) =>
    {
        var stated = kind == 0 ? (EvidenceKind?)null : (EvidenceKind)kind;
        Assert.False(SharedVectors.Verify(LabChain.Now, new EvidenceFile("a", body), [.. others.Select(o => new EvidenceFile("b", o))], stated).IsValid);
    }, seed: Seed, iter: 1000);

    [Fact]
    public void Mutated_evidence()
    {
        var example = SnpCase.Load("turin-v5");
        EvidenceFile[] files = [example.Report, .. example.Endorsements, SharedVectors.File("snp/turin-v5.certtable.bin")];
        Gen.Select(Gen.Int[0, files.Length - 2], Gen.Int[0, 3], Gen.Int[0, 1 << 20], Gen.Int[1, 64], Gen.Byte).Sample((which, how, position, count, value) =>
        {
            var changed = files[..^1];
            var mutated = Mutate(files[which].Bytes.ToArray(), how, position, count, value);
            if (mutated.AsSpan().TrimEnd("\r\n"u8).SequenceEqual(files[which].Bytes.Span.TrimEnd("\r\n"u8))) return;
            changed[which] = files[which] with { Bytes = mutated };
            var verdict = SharedVectors.Verify(example.Within, changed[0], changed[1..]);
            if (IsText(files[which]) && verdict.IsValid) Assert.Equal(Block(files[which].Bytes.Span), Block(mutated));
            else Assert.False(verdict.IsValid);
        }, seed: Seed, iter: 500);
    }

    [Fact]
    public void Every_prefix_of_a_certificate_and_of_a_revocation_list_is_none()
    {
        var certificate = SharedVectors.File("snp/turin-v5.vcek.der").Bytes;
        var list = SharedVectors.File("roots/amd_crl_genoa.der").Bytes;
        for (var length = 0; length < certificate.Length; length++) Assert.Null(ChainCertificate.TryRead(certificate[..length]));
        for (var length = 0; length < list.Length; length++) Assert.Null(RevocationList.TryRead(list[..length]));
        Assert.NotNull(ChainCertificate.TryRead(certificate));
        Assert.NotNull(RevocationList.TryRead(list));
    }

    /// <summary>Overwrites, cuts, inserts or repeats.</summary>
    private static byte[] Mutate(byte[] bytes, int how, int position, int count, byte value)
    {
        var at = position % bytes.Length;
        var end = Math.Min(bytes.Length, at + count);
        return how switch
        {
            0 => [.. bytes[..at], .. Enumerable.Repeat(value, end - at), .. bytes[end..]],
            1 => [.. bytes[..at], .. bytes[end..]],
            2 => [.. bytes[..at], .. Enumerable.Repeat(value, count), .. bytes[at..]],
            _ => [.. bytes[..end], .. bytes[at..]],
        };
    }

    private static bool IsText(EvidenceFile file) => file.Name.EndsWith(".pem", StringComparison.Ordinal);

    /// <summary>What a PEM file holds, since text around blocks and line breaks within are free.</summary>
    private static string Block(ReadOnlySpan<byte> bytes)
    {
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        var begin = text.IndexOf("-----BEGIN ", StringComparison.Ordinal);
        var end = text.IndexOf("-----END ", StringComparison.Ordinal);
        return string.Concat(text[begin..end].Where(c => !char.IsWhiteSpace(c)));
    }
}
