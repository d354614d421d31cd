using System.Buffers.Binary;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Nitro;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Attestation.Tpm;
using Mimir.Trust.Tests.Attestation.Tdx;

namespace Mimir.Trust.Tests.Policies;

/// <summary>Verdicts made here, which the sample policy accepts unless a test changes them.</summary>
internal static class Samples
{
    private static readonly Lazy<CertifiedChain> RootChain = new(Chain);

    /// <summary>48 bytes that are all the same.</summary>
    public static string Hex(byte value, int length = 48) => Convert.ToHexStringLower(Enumerable.Repeat(value, length).ToArray());

    public static Verdict Valid(EvidenceClaims claims) => Verdict.Of(claims.Kind, new Findings(), claims);

    public static Verdict Refused(EvidenceKind kind, string code)
    {
        var findings = new Findings();
        findings.Add(code, "A reason.");
        return Verdict.Of(kind, findings, null);
    }

    /// <summary>A Genoa report with measurement 01…, TCB 10, 0, 23, 84, chip 02….</summary>
    public static Verdict Snp(Action<byte[]>? change = null, SnpProduct product = SnpProduct.Genoa, bool revocationChecked = true)
    {
        var bytes = new byte[SnpReport.Length];
        bytes[0x00] = 5;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x08), 1UL << 17);
        bytes[0x34] = 1;
        bytes[0x40] = 0x25; // SMT, ECC, alias check complete
        bytes.AsSpan(0x90, 48).Fill(1);
        bytes.AsSpan(0xC0, 32).Fill(3);
        bytes.AsSpan(0xE0, 48).Fill(4);
        bytes.AsSpan(0x110, 48).Fill(5);
        bytes.AsSpan(0x1A0, 64).Fill(2);
        foreach (var tcb in (int[])[0x180, 0x1E0, 0x1F0]) ((byte[])[10, 0, 0, 0, 0, 0, 23, 84]).CopyTo(bytes, tcb);
        (bytes[0x1F8], bytes[0x200]) = (3, 3);
        change?.Invoke(bytes);
        var report = SnpReport.TryRead(bytes, new Findings())!;
        return Valid(new SnpClaims(report, product, null, revocationChecked ? Chain() : null));
    }

    /// <summary>A TDX quote with mr_td 11…, rtmr0 12…, platform instance 13…, up to date.</summary>
    public static Verdict Tdx(Action<byte[]>? change = null, TcbStatus status = TcbStatus.UpToDate, int evaluation = 18, byte platform = 0x13)
    {
        var bytes = new byte[TdReport.Length15];
        bytes[0x78 + 3] = 1 << 4; // SEPT_VE_DISABLE
        bytes.AsSpan(0x88, 48).Fill(0x11);
        bytes.AsSpan(0x148, 48).Fill(0x12);
        change?.Invoke(bytes);
        var judgement = new TcbJudgement(status, DateTimeOffset.UnixEpoch, []);
        return Valid(new TdxClaims
        {
            Version = 5,
            Report = new TdReport(bytes),
            Platform = PckExtension.Parse(PckExtensions.Encode(new byte[16], 11, new byte[2], new byte[6], instance: Enumerable.Repeat(platform, 16).ToArray())),
            Tcb = new TdxTcb { Platform = judgement, Module = judgement, QuotingEnclave = judgement, IsSupported = true, EvaluationDataNumber = evaluation },
        });
    }

    /// <summary>A Nitro document with pcr0 21…, pcr1 22….</summary>
    public static Verdict Nitro(byte pcr0 = 0x21, byte pcr1 = 0x22, string module = "i-1-enc1") => Valid(new NitroClaims
    {
        ModuleId = module,
        Digest = "SHA384",
        Timestamp = DateTimeOffset.UnixEpoch,
        Pcrs = new Dictionary<int, ReadOnlyMemory<byte>> { [0] = Enumerable.Repeat(pcr0, 48).ToArray(), [1] = Enumerable.Repeat(pcr1, 48).ToArray() },
        PublicKey = null,
        UserData = null,
        Nonce = null,
    });

    /// <summary>A simulated statement with measurement 31…, by the key whose hash <see cref="LabKeyHash"/> is.</summary>
    public static Verdict Simulated(byte measurement = 0x31, byte chip = 0x32, byte key = 1) => Valid(new SimulatedClaims(new SimulatedStatement(
        new byte[64], Enumerable.Repeat(measurement, 48).ToArray(), Enumerable.Repeat(chip, 32).ToArray(), new[] { key })));

    public static string LabKeyHash { get; } = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1]));

    /// <summary>A quote of registers 0 (41…) and 7 (47…) of the SHA-256 bank, by the key 1 or, where <paramref name="certified"/>, by a key under the root of <see cref="RootHash"/>.</summary>
    public static Verdict Tpm(byte pcr0 = 0x41, byte pcr7 = 0x47, byte? key = 1, bool certified = false, bool withValues = true) => Valid(TpmStatement(pcr0, pcr7, key, certified, withValues));

    /// <summary>The firmware's SNP report of <see cref="Snp"/>, and a quote by its key.</summary>
    public static Verdict Azure(Verdict? snp = null, byte pcr0 = 0x41, byte pcr7 = 0x47, bool withValues = true, bool withReport = true) => Valid(new AzureClaims(
        withReport ? (SnpClaims)((ValidVerdict)(snp ?? Snp())).Claims : null, TpmStatement(pcr0, pcr7, 1, false, withValues), null));

    public static string KeyHash { get; } = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1]));

    public static string RootHash { get; } = Convert.ToHexStringLower(RootChain.Value.Root.SpkiSha256.Span);

    private static TpmClaims TpmStatement(byte pcr0, byte pcr7, byte? key, bool certified, bool withValues)
    {
        byte[] quote = [0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, 0, .. new byte[25], 0, 0, 0, 1, 0, 0x0B, 3, 0x81, 0, 0, 0, 32, .. new byte[32]];
        var read = TpmQuote.TryRead(quote)!;
        byte[] values = [.. Enumerable.Repeat(pcr0, 32), .. Enumerable.Repeat(pcr7, 32)];
        return new TpmClaims(
            read, withValues ? PcrValues.Split(read, values) : [], key is { } given ? new[] { given } : null,
            certified ? TpmKeyTrust.Certificate : TpmKeyTrust.Given, certified ? RootChain.Value : null, null);
    }

    private static CertifiedChain Chain()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=root", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99));
        return new CertifiedChain([ChainCertificate.TryRead(authority.RawData)!], revocationChecked: true);
    }
}
