using System.Buffers.Binary;
using System.Numerics;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Fuzzing;

/// <summary>Every parser that takes bytes from strangers, one line each.</summary>
public static class FuzzTargets
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>All targets, with seeds from <paramref name="seeds"/>.</summary>
    public static IReadOnlyList<FuzzTarget> All(SeedFolder seeds)
    {
        var turin = new[] { Part(EvidencePartKind.CertificateTable, seeds.One("snp/turin-v5.certtable.bin")) };
        var quote = seeds.One("tpm/swtpm-quote.msg");
        var key = Files(seeds, EvidencePartKind.AttestationKey, "tpm/swtpm-ak.pem");
        var signature = Part(EvidencePartKind.Signature, seeds.One("tpm/swtpm-quote.sig"));
        EvidencePart[] azure =
        [
            Part(EvidencePartKind.Quote, seeds.One("tpm/azure-snp-vtpm-genoa.quote.msg")), Part(EvidencePartKind.Signature, seeds.One("tpm/azure-snp-vtpm-genoa.quote.sig")),
            .. Files(seeds, EvidencePartKind.Certificate, "tpm/azure-snp-vtpm-genoa.vcek.der", "roots/amd_ask_genoa.pem", "roots/amd_ark_genoa.pem"),
        ];
        return
        [
            new("certificate", seeds.All("snp/*.der", "tpm/*.der", "roots/*.der"), b => Parsed(ChainCertificate.TryRead(b)?.Extensions.Count)),
            new("crl", seeds.All("roots/*crl*.der", "tdx/*.der"), b => Parsed(RevocationList.TryRead(b)?.Count)),
            new("public-key", [.. seeds.All("snp/*.der", "tpm/*.der").Select(b => ChainCertificate.TryRead(b)!.PublicKeyInfo.ToArray())], b => Parsed(Enum.GetValues<SignatureAlgorithm>().Count(a => PublicKeySignature.Verify(a, b, [1], new byte[96])))),
            new("codec", [EvidenceCodec.Encode(new Evidence(EvidenceKind.Tpm, quote, [.. key, signature]))], Codec),
            new("files", [Join(quote, signature.Bytes.ToArray(), seeds.One("tpm/swtpm-ak.pem"), seeds.One("tpm/swtpm-pcrs.bin")), Join(seeds.One("snp/milan-v3.report.bin"), seeds.One("roots/amd_ask_milan.pem"))], Assembled),
            new("snp", seeds.All("snp/*.report.bin"), b => Verified(EvidenceKind.Snp, b, turin)),
            new("snp-table", seeds.All("snp/*.certtable.bin"), b => Unless(true, Verified(EvidenceKind.Snp, seeds.One("snp/turin-v5.report.bin"), [Part(EvidencePartKind.CertificateTable, b)]))),
            new("snp-key", seeds.All("snp/*.vcek.der", "snp/*.vlek.der"), b => Parsed(ChainCertificate.TryRead(b) is { } c && SnpKeyExtensions.TryRead(c) is { } k ? (int)k.Product : null)),
            new("tpm-quote", seeds.All("tpm/*.msg"), b => Verified(EvidenceKind.Tpm, b, [.. key, signature])),
            new("tpm-signature", seeds.All("tpm/*.sig"), b => Verified(EvidenceKind.Tpm, quote, [.. key, Part(EvidencePartKind.Signature, b)])),
            new("tpm-key", [TpmKeySeed], b => Parsed(TpmPublicKey.TryRead(b)?.Length)),
            new("azure-report", seeds.All("tpm/*.hcl.bin", "snp/*.hcl.bin"), b => Unless(b.Length != 2600 || b[4] == 1, Verified(EvidenceKind.AzureVtpm, b, azure))),
            new("azure-runtime", [.. seeds.All("tpm/*.hcl.bin").Select(b => b[0x4D4..^164])], b => Parsed(AzureRuntimeData.TryRead(b)?.AttestationKey.Length)),
            .. PlatformTargets.All(seeds),
            .. JoiningTargets.All(),
            .. StorageTargets.All(),
            .. ServiceTargets.All(),
            .. SessionTargets.All(),
            .. EngineTargets.All(),
            .. ModelTargets.All(),
            .. StoreTargets.All(),
            new("simulated", [SimulatedSeed.Statement], b => Verified(EvidenceKind.Simulated, b, [], SimulatedSeed.Context(At))),
        ];
    }

    /// <summary>TPMT_PUBLIC of a P-256 key: restricted, signing, fixed.</summary>
    private static byte[] TpmKeySeed => [0, 0x23, 0, 0x0B, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0B, 0, 3, 0, 0x10, 0, 32, .. SimulatedSeed.Point];

    /// <summary>Sizes are alike within a factor of two.</summary>
    internal static Outcome Parsed(int? size) => new(size is { } s ? $"read {BitOperations.Log2((uint)s + 1)}" : "refused");

    internal static Outcome Verified(EvidenceKind kind, byte[] body, EvidencePart[] parts, VerificationContext? context = null)
    {
        var verdict = EvidenceVerifier.Verify(new Evidence(kind, body, parts), context ?? new VerificationContext { At = At.AddYears(kind == EvidenceKind.Tpm ? 1 : 0) });
        _ = verdict.Read?.Fields;
        return new Outcome(Shape(verdict.Reasons), verdict.IsValid);
    }

    /// <summary>Some bytes are covered by no signature and may have other values: a table's gaps; in Azure's report the version, 1 or 2, and the number of zeros at its end.</summary>
    internal static Outcome Unless(bool free, Outcome outcome) => free ? outcome with { Accepted = false } : outcome;

    private static Outcome Codec(byte[] bytes)
    {
        if (!EvidenceCodec.TryDecode(bytes, out var evidence, out var refusal)) return new Outcome(refusal.Sentence);
        if (!EvidenceCodec.Encode(evidence).AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException("What was decoded encodes to other bytes.");
        return new Outcome($"{evidence.Kind} {evidence.Parts.Count}");
    }

    /// <summary>Files of a length u16 each, the first of which is the evidence.</summary>
    private static Outcome Assembled(byte[] bytes)
    {
        var files = new List<EvidenceFile>();
        for (ReadOnlyMemory<byte> rest = bytes; rest.Length >= 2 && files.Count < 8;)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest.Span), rest.Length - 2);
            files.Add(new EvidenceFile($"{files.Count}", rest.Slice(2, length)));
            rest = rest[(2 + length)..];
        }

        if (files.Count == 0) return new Outcome("nothing");
        var findings = new Trust.Attestation.Findings();
        var assembled = EvidenceAssembler.TryAssemble(files[0], null, files[1..], findings);
        if (assembled is null) return new Outcome(Shape(findings.Reasons));
        var verdict = EvidenceVerifier.Verify(assembled.Evidence, new VerificationContext { At = At.AddYears(1), Nonce = assembled.Nonce });
        return new Outcome($"{assembled.Evidence.Kind} {assembled.Evidence.Parts.Count} {Shape(verdict.Reasons)}");
    }

    private static string Shape(IReadOnlyList<Refusal> reasons) => string.Join(' ', reasons.Select(r => r.Code).Distinct());

    internal static EvidencePart Part(EvidencePartKind kind, byte[] bytes) => new(kind, bytes);

    /// <summary>Parts of one kind from files in PEM or DER.</summary>
    private static EvidencePart[] Files(SeedFolder seeds, EvidencePartKind kind, params string[] names)
    {
        var files = names.Select(n => new EvidenceFile(n, seeds.One(n))).Where(f => !f.Bytes.IsEmpty).ToArray();
        var assembled = EvidenceAssembler.TryAssemble(new EvidenceFile("none", new byte[6]), EvidenceKind.Tpm, files, new Trust.Attestation.Findings());
        return [.. assembled?.Evidence.PartsOf(kind).Select(b => new EvidencePart(kind, b)) ?? []];
    }

    private static byte[] Join(params byte[][] files) => [.. files.SelectMany(f => (byte[])[(byte)(f.Length >> 8), (byte)(f.Length & 0xFF), .. f])];
}
