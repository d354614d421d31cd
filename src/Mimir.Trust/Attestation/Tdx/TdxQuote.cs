using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// A TDX quote, version 4 or 5, taken apart; nothing is verified yet.  Little-endian throughout:
/// header (48) ‖ [version 5: u16 body type ‖ u32 body size] ‖ body ‖ u32 size ‖ signature (64) ‖ key (64) ‖ u16 6 ‖ u32 size ‖ QE report (384) ‖
/// QE signature (64) ‖ u16 size ‖ authentication data ‖ u16 5 ‖ u32 size ‖ PEM chain. Every inner size must be exact; zeros may follow.
/// Source: Intel TDX DCAP quoting library API, appendix A.3.
/// </summary>
public sealed class TdxQuote
{
    /// <summary>Longest quote that is read, with the zeros after it.</summary>
    public const int LongestQuote = 64 * 1024;

    private const int HeaderLength = 48;
    private const ushort EcdsaP256 = 2;
    private const uint TdxTee = 0x81;
    private const ushort PckChainType = 5, QeReportType = 6;
    private static readonly byte[] IntelVendor = Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607");

    private TdxQuote(ushort version, byte[] signed, TdReport report, byte[] signature, byte[] attestationKey, QeReport qeReport, IReadOnlyList<byte[]> pckChain)
    {
        Version = version;
        Signed = signed;
        Report = report;
        Signature = signature;
        AttestationKey = attestationKey;
        QeReport = qeReport;
        PckChain = pckChain;
    }

    /// <summary>4 or 5.</summary>
    public int Version { get; }

    /// <summary>What the attestation key signs: header, version 5's body descriptor, body.</summary>
    public ReadOnlyMemory<byte> Signed { get; }

    /// <summary>The body.</summary>
    public TdReport Report { get; }

    /// <summary>r ‖ s, each 32 bytes big-endian, on P-256 with SHA-256.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>x ‖ y, each 32 bytes big-endian.</summary>
    public ReadOnlyMemory<byte> AttestationKey { get; }

    /// <summary>The quoting enclave's report, which vouches for the attestation key.</summary>
    public QeReport QeReport { get; }

    /// <summary>The platform's certificates, DER: PCK leaf first, then its authority and the root.</summary>
    public IReadOnlyList<byte[]> PckChain { get; }

    /// <summary>Takes <paramref name="quote"/> apart.</summary>
    /// <exception cref="RefusedException">Not a TDX quote of version 4 or 5, or a size that is not exact.</exception>
    public static TdxQuote Parse(ReadOnlySpan<byte> quote)
    {
        if (quote.Length > LongestQuote) throw new RefusedException(TdxRefusals.Size, $"The quote has {quote.Length} bytes; at most {LongestQuote} are read.");
        var rest = new Slices(quote);
        var header = rest.Take(HeaderLength, "header");
        var version = CheckHeader(header);
        var body = version == 4 ? rest.Take(TdReport.Length10, "body") : DescribedBody(ref rest);
        var signed = quote[..rest.Position];
        var signatureData = new Slices(rest.Take(rest.UInt32("signature data"), "signature data"));
        if (rest.Remaining.ContainsAnyExcept((byte)0))
            throw new RefusedException(TdxRefusals.TrailingBytes, "Bytes other than zero follow the quote.");
        var signature = signatureData.Take(64, "signature");
        var key = signatureData.Take(64, "attestation key");
        var certification = new Slices(signatureData.Tagged(QeReportType, "QE certification data"));
        signatureData.End("signature data");
        var report = certification.Take(QeReport.Length, "QE report");
        var reportSignature = certification.Take(64, "QE report signature");
        var authentication = certification.Take(certification.UInt16("QE authentication data"), "QE authentication data");
        var chain = certification.Tagged(PckChainType, "PCK certificate chain");
        certification.End("QE certification data");
        return new TdxQuote(
            version, signed.ToArray(), new TdReport(body), signature.ToArray(), key.ToArray(),
            new QeReport(report, reportSignature, authentication), PemChain.Read(chain));
    }

    private static ushort CheckHeader(ReadOnlySpan<byte> header)
    {
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header);
        var tee = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (version == 3 || (version is 4 or 5 && tee == 0)) throw Sgx();
        if (version is not (4 or 5)) throw new RefusedException(TdxRefusals.Version, $"Quote version {version}; 4 and 5 are known.");
        if (tee != TdxTee) throw new RefusedException(TdxRefusals.TeeType, $"TEE type 0x{tee:x}; a TDX quote has 0x81.");
        var keyType = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        if (keyType != EcdsaP256) throw new RefusedException(TdxRefusals.KeyType, $"Attestation key type {keyType}; only 2 (ECDSA P-256) is known.");
        if (!header.Slice(12, 16).SequenceEqual(IntelVendor)) throw new RefusedException(TdxRefusals.Vendor, "The quoting enclave's vendor is not Intel.");
        return version;
    }

    private static ReadOnlySpan<byte> DescribedBody(ref Slices rest)
    {
        var type = rest.UInt16("body type");
        var size = rest.UInt32("body size");
        if (type == 1) throw Sgx();
        if (type is not (2 or 3)) throw new RefusedException(TdxRefusals.BodyType, $"Body type {type}; 2 (TDX 1.0) and 3 (TDX 1.5) are known.");
        var length = type == 2 ? TdReport.Length10 : TdReport.Length15;
        if (size != length) throw new RefusedException(TdxRefusals.Size, $"A body of type {type} has {length} bytes, not {size}.");
        return rest.Take(length, "body");
    }

    private static RefusedException Sgx() => new(TdxRefusals.Sgx, "This is an SGX quote (of an enclave), not a TDX quote (of a machine).");
}
