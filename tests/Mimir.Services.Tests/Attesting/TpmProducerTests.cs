using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Tests.Attesting;

/// <summary>Quotes of a real TPM, checked here with the platform's cryptography and nothing of the verifier.</summary>
public sealed class TpmProducerTests
{
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3], "p0"u8, [4]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_quote_is_signed_by_the_attestation_key_over_nonce_and_registers()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var evidence = await new TpmProducer(tpm.Address, 0x1_008F, null).ProduceAsync(Binding, Cancellation);
        Assert.Equal(EvidenceKind.Tpm, evidence.Kind);
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Part(evidence, EvidencePartKind.AttestationKey), out _);
        Assert.True(key.VerifyData(evidence.Body.Span, Part(evidence, EvidencePartKind.Signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var values = Part(evidence, EvidencePartKind.PcrValues);
        Assert.Equal(6 * 32, values.Length);
        Assert.True(evidence.Body.Span.EndsWith(SHA256.HashData(values)));
        Assert.True(evidence.Body.Span.IndexOf(Binding.Sha256.Span) > 0);
    }

    /// <summary>Nothing is stored, and yet an operator can name the key in a policy. Another chip has another key.</summary>
    [Fact]
    public async Task The_attestation_key_is_the_same_each_time_and_differs_between_chips()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using var other = await SoftwareTpm.StartAsync();
        var producer = new TpmProducer(tpm.Address, TpmProducer.DefaultRegisters, null);
        var key = await producer.AttestationKeyAsync(Cancellation);
        // More often than a TPM has places for keys: each one is flushed.
        for (var i = 0; i < 5; i++) Assert.Equal(key, Part(await producer.ProduceAsync(Binding, Cancellation), EvidencePartKind.AttestationKey).ToArray());
        Assert.NotEqual(key, await new TpmProducer(other.Address, 1, null).AttestationKeyAsync(Cancellation));
    }

    [Fact]
    public async Task Extending_a_register_changes_the_quoted_values()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var producer = new TpmProducer(tpm.Address, TpmProducer.DefaultRegisters, null);
        var before = await producer.ProduceAsync(Binding, Cancellation);
        await using (var connection = await TpmConnection.OpenAsync(tpm.Address, Cancellation))
            await connection.CallAsync(TpmNumbers.RegisterExtend, 7, new TpmWriter().UInt32(1).UInt16(TpmNumbers.Sha256).Bytes(new byte[32]), Cancellation);
        var after = await producer.ProduceAsync(Binding, Cancellation);
        var (first, second) = (Part(before, EvidencePartKind.PcrValues).ToArray(), Part(after, EvidencePartKind.PcrValues).ToArray());
        Assert.Equal(new byte[32], first[(7 * 32)..(8 * 32)]);
        Assert.Equal(SHA256.HashData(new byte[64]), second[(7 * 32)..(8 * 32)]);
    }

    [Fact]
    public async Task What_is_missing_or_refused_is_said_in_one_line()
    {
        var missing = await Assert.ThrowsAsync<AttestingException>(() => new TpmProducer("/dev/no-such-tpm", 1, null).ProduceAsync(Binding, Cancellation));
        Assert.Contains("attestation.tpm", missing.Message);
        await using var tpm = await SoftwareTpm.StartAsync();
        var noKey = await Assert.ThrowsAsync<AttestingException>(() => new TpmProducer(tpm.Address, 1, 0x81000003).ProduceAsync(Binding, Cancellation));
        Assert.Contains("no such handle", noKey.Message);
    }

    /// <summary>A device that lies about sizes, is cut off, or answers too much.</summary>
    [Theory]
    [InlineData("8001 00000009 00000000")]
    [InlineData("8001 7fffffff 00000000")]
    [InlineData("8001 0000000a 00000000 00")]
    [InlineData("8002 0000000e 00000000 8000")]
    [InlineData("8002 00000012 00000000 80000000 00000004")]
    [InlineData("8002 00000018 00000000 80000000 00000006 ffff 00000000")]
    public async Task A_broken_device_is_refused(string answer)
    {
        var folder = Directory.CreateTempSubdirectory("mimir-tpm-");
        try
        {
            var path = Path.Combine(folder.FullName, "tpm");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var serving = ServeAsync(listener, Convert.FromHexString(answer.Replace(" ", "")));
            await Assert.ThrowsAsync<AttestingException>(() => new TpmProducer($"unix:{path}", 1, null).ProduceAsync(Binding, Cancellation));
            await serving;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ServeAsync(Socket listener, byte[] answer)
    {
        using var connection = await listener.AcceptAsync(Cancellation);
        var command = new byte[4096];
        var length = await connection.ReceiveAsync(command, Cancellation);
        Assert.Equal(length, BinaryPrimitives.ReadInt32BigEndian(command.AsSpan(2)));
        await connection.SendAsync(answer, Cancellation);
        connection.Shutdown(SocketShutdown.Send);
    }

    private static ReadOnlySpan<byte> Part(Evidence evidence, EvidencePartKind kind) => evidence.PartsOf(kind).Single().Span;
}
