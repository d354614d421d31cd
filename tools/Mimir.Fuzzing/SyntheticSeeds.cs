using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Mimir.Trust.Tests.Attestation.Nitro;

namespace Mimir.Fuzzing;

/// <summary>Inputs of the right form, made here: nobody's evidence, and signed by nobody. What is kept in the repository grows from these.</summary>
internal static class SyntheticSeeds
{
    /// <summary>By the names that a <see cref="SeedFolder"/> of real ones would have.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files { get; } = new Dictionary<string, byte[]>(StringComparer.Ordinal)
    {
        ["roots/lab.der"] = X509CertificateLoader.LoadCertificate(FuzzMembers.Alice.Certificate.RawData).RawData,
        ["roots/lab.crl.der"] = List(),
        ["tpm/lab.der"] = FuzzMembers.Party.Certificate.RawData,
        ["tpm/swtpm-quote.msg"] =
        [
            0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 2, 0, 0x0B, 0, 32, .. new byte[32], .. new byte[25], 0, 0, 0, 1, 0, 0x0B, 3, 3, 0, 0,
            0, 32, .. SHA256.HashData(new byte[64]),
        ],
        ["tpm/swtpm-quote.sig"] = [0x30, 6, 2, 1, 1, 2, 1, 2],
        ["tpm/swtpm-ak.pem"] = Encoding.ASCII.GetBytes(FuzzMembers.Party.Certificate.PublicKey.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem()),
        ["tpm/lab.hcl.bin"] = Firmware(),
        ["snp/lab.vcek.der"] = FuzzMembers.Party.Certificate.RawData,
        ["snp/turin-v5.report.bin"] = Hardware(),
        ["snp/turin-v5.certtable.bin"] = [.. new Guid("63da758d-e664-4564-adc5-f4b93be8accd").ToByteArray(bigEndian: true), 48, 0, 0, 0, 4, 0, 0, 0, .. new byte[24], 0x30, 2, 5, 0],
        ["tdx/lab.json"] = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["tcb_info"] = """
                {"id":"TDX","version":3,"issueDate":"2026-01-01T00:00:00Z","nextUpdate":"2026-02-01T00:00:00Z","fmspc":"00906ED50000","pceId":"0000","tcbType":0,
                 "tcbEvaluationDataNumber":17,"tdxModule":{"mrsigner":"00","attributes":"00","attributesMask":"FF"},"tcbLevels":[{"tcb":{"sgxtcbcomponents":[{"svn":2}],
                 "pcesvn":13,"tdxtcbcomponents":[{"svn":3}]},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"}]}
                """,
            ["tcb_info_signature"] = "00",
            ["qe_identity"] = """{"id":"TD_QE","version":2}""",
            ["qe_identity_signature"] = "00",
            ["pck_crl"] = "30",
            ["tcb_info_issuer_chain"] = FuzzMembers.Party.Certificate.ExportCertificatePem(),
        }),
        [PlatformTargets.Quote] = Quote(),
        [PlatformTargets.Document] = Document(),
    };

    private static byte[] List()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry([1, 2, 3], FuzzMembers.Now, X509RevocationReason.KeyCompromise);
        builder.AddEntry([4]);
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(key), critical: false));
        return builder.Build(new X500DistinguishedName("CN=lab"), X509SignatureGenerator.CreateForECDsa(key), 1, FuzzMembers.Now.AddDays(1), HashAlgorithmName.SHA256, identifier, FuzzMembers.Now);
    }

    /// <summary>An SNP report of version 3, of a Milan, with nothing in it.</summary>
    private static byte[] Hardware()
    {
        var report = new byte[0x4A0];
        (report[0], report[0x34], report[0x188], report[0x189]) = (3, 1, 0x19, 1);
        return report;
    }

    /// <summary>Azure's firmware report around one, 2,600 bytes with 164 zeros at the end.</summary>
    private static byte[] Firmware()
    {
        const int Length = 1200;
        var json = """{"keys":[{"kid":"HCLAkPub","key_ops":["sign"],"kty":"RSA","e":"AQAB","n":"AAAA"}],"vm-configuration":{"secure-boot":true},"user-data":"00"}""".PadRight(Length);
        return
        [
            .. "HCLA"u8, 1, 0, 0, 0, .. Number(0x4D4 + Length), 2, 0, 0, 0, .. new byte[16], .. Hardware(),
            .. Number(20 + Length), 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, .. Number(Length), .. Encoding.ASCII.GetBytes(json), .. new byte[164],
        ];
    }

    /// <summary>Version 4: header, body, and signature data with the certificates of nobody.</summary>
    private static byte[] Quote()
    {
        byte[] header = [4, 0, 2, 0, 0x81, 0, 0, 0, 0, 0, 0, 0, .. Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607"), .. new byte[20]];
        var chain = Encoding.ASCII.GetBytes(FuzzMembers.Party.Certificate.ExportCertificatePem() + "\n" + FuzzMembers.Alice.Certificate.ExportCertificatePem() + "\n");
        byte[] certification = [.. new byte[384], .. new byte[64], 0, 0, 5, 0, .. Number(chain.Length), .. chain];
        byte[] signature = [.. new byte[64], .. new byte[64], 6, 0, .. Number(certification.Length), .. certification];
        return [.. header, .. new byte[584], .. Number(signature.Length), .. signature];
    }

    private static byte[] Number(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    /// <summary>COSE_Sign1 with ES384.</summary>
    private static byte[] Document()
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartArray(4);
        writer.WriteByteString([0xA1, 1, 0x38, 0x22]);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(new NitroPayload().Encode());
        writer.WriteByteString(new byte[96]);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
