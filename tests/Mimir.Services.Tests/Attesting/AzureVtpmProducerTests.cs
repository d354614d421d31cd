using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;

namespace Mimir.Services.Tests.Attesting;

/// <summary>Azure's virtual TPM as far as software can be one: an RSA key and a report that names it, at Azure's handles. Everything but AMD's own signature is genuine.</summary>
public sealed class AzureVtpmProducerTests
{
    private const uint EvictControl = 0x120, DefineSpace = 0x12A, NvWrite = 0x137;
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3], "p0"u8, [4]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_firmwares_report_and_a_quote_by_its_key_bind_the_registration()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var report = await FurnishAsync(tpm.Address);
        var evidence = await EvidenceProducers.Open(new() { Producer = ProducerKind.AzureVtpm, Tpm = tpm.Address })!.ProduceAsync(Binding, Cancellation);
        Assert.Equal(EvidenceKind.AzureVtpm, evidence.Kind);
        Assert.Equal(report, evidence.Body.ToArray());
        var verdict = Verify(evidence, Binding);
        // AMD has not signed this report; all else is as it must be.
        Assert.Equal(["snp."], verdict.Reasons.Select(r => r.Code[..4]).Distinct());
        var claims = Assert.IsType<AzureClaims>(verdict.Read);
        Assert.Equal(new byte[32], claims.Tpm!.Pcr(7)!.Value.ToArray());
        Assert.Equal(Binding.Sha256.ToArray(), claims.Tpm.Quote.ExtraData.ToArray());
        Assert.Contains(Verify(evidence, EvidenceBinding.Of([9], [3], "p0"u8, [4])).Reasons, r => r.Code == BindingCheck.Registration);
    }

    [Fact]
    public async Task A_quote_by_another_key_than_the_reports_is_noticed()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using var other = await SoftwareTpm.StartAsync();
        await FurnishAsync(tpm.Address);
        await FurnishAsync(other.Address);
        var (mine, theirs) = (await new AzureVtpmProducer(tpm.Address, 0x81).ProduceAsync(Binding, Cancellation), await new AzureVtpmProducer(other.Address, 0x81).ProduceAsync(Binding, Cancellation));
        Assert.Contains(Verify(mine with { Body = theirs.Body }, Binding).Reasons, r => r.Code == AzureRefusals.Key);
    }

    [Fact]
    public async Task A_machine_that_is_none_of_azures_says_so()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var missing = await Assert.ThrowsAsync<AttestingException>(() => new AzureVtpmProducer(tpm.Address, 1).ProduceAsync(Binding, Cancellation));
        Assert.Contains("no such handle", missing.Message);
    }

    private static Verdict Verify(Evidence evidence, EvidenceBinding binding) => EvidenceVerifier.Verify(evidence, new VerificationContext { At = DateTimeOffset.UtcNow, Binding = binding });

    /// <summary>Puts a restricted RSA signing key and a report that names it where Azure's firmware puts them; returns the report.</summary>
    private static async Task<byte[]> FurnishAsync(string address)
    {
        await using var tpm = await TpmConnection.OpenAsync(address, Cancellation);
        var template = new TpmWriter().UInt16(TpmNumbers.Rsa, TpmNumbers.Sha256).UInt32(0x00050072).UInt16(0)
            .UInt16(TpmNumbers.Null, TpmNumbers.RsaSsa, TpmNumbers.Sha256, 2048).UInt32(0).UInt16(0);
        var created = await tpm.CallAsync(TpmNumbers.CreatePrimary, TpmNumbers.OwnerHierarchy, new TpmWriter().UInt16(4, 0, 0).Sized(template.ToArray()).UInt16(0).UInt32(0), Cancellation);
        var transient = BinaryPrimitives.ReadUInt32BigEndian(created);
        await tpm.CallAsync(EvictControl, TpmNumbers.OwnerHierarchy, transient, new TpmWriter().UInt32(AzureVtpmProducer.KeyHandle), Cancellation);
        await tpm.CallAsync(TpmNumbers.FlushContext, new TpmWriter().UInt32(transient), Cancellation);
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo((await tpm.OpenKeyAsync(AzureVtpmProducer.KeyHandle, Cancellation)).ExportSubjectPublicKeyInfo(), out _);

        var report = Report(key.ExportParameters(false));
        const uint ownerReadsAndWrites = 1u << 1 | 1u << 17 | 1u << 25;
        var index = new TpmWriter().UInt32(AzureVtpmProducer.ReportIndex).UInt16(TpmNumbers.Sha256).UInt32(ownerReadsAndWrites).UInt16(0, (ushort)report.Length);
        await tpm.CallAsync(DefineSpace, TpmNumbers.OwnerHierarchy, new TpmWriter().UInt16(0).Sized(index.ToArray()), Cancellation);
        for (var offset = 0; offset < report.Length; offset += 512)
            await tpm.CallAsync(NvWrite, TpmNumbers.OwnerHierarchy, AzureVtpmProducer.ReportIndex,
                new TpmWriter().Sized(report.AsSpan(offset, Math.Min(512, report.Length - offset))).UInt16((ushort)offset), Cancellation);
        return report;
    }

    /// <summary>As <see cref="HclReport"/> describes it, with zeros after it.</summary>
    private static byte[] Report(RSAParameters key)
    {
        var runtime = Encoding.UTF8.GetBytes($$"""
            {"keys":[{"kid":"HCLAkPub","key_ops":["sign"],"kty":"RSA","e":"{{Base64Url.EncodeToString(key.Exponent)}}","n":"{{Base64Url.EncodeToString(key.Modulus)}}"}],"vm-configuration":{"secure-boot":true} }
            """);
        var report = new byte[2048];
        "HCLA"u8.CopyTo(report);
        void U32(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(report.AsSpan(offset), value);
        U32(4, 2);
        U32(8, 0x4C0 + 20 + runtime.Length);
        U32(12, 2);
        var snp = report.AsSpan(0x20, 0x4A0);
        (snp[0], snp[0x34], snp[0x0A]) = (3, 1, 2);
        SHA256.HashData(runtime).CopyTo(snp[0x50..]);
        snp[0x2A0] = snp[0x2E8] = 1;
        U32(0x4C0, 20 + runtime.Length);
        U32(0x4C4, 1);
        U32(0x4C8, 2);
        U32(0x4CC, 1);
        U32(0x4D0, runtime.Length);
        runtime.CopyTo(report, 0x4D4);
        return report;
    }
}
