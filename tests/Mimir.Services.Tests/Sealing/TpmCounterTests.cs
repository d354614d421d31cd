using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Services.Sealing;
using Mimir.Services.Tests.Attesting;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.Tests.Sealing;

/// <summary>Versions of sealed files in a real TPM.</summary>
public sealed class TpmCounterTests : IDisposable
{
    private const uint UndefineSpace = 0x122;
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-counter-").FullName;
    private readonly DataKey _key = DataKey.Generate("k");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_older_version_put_back_is_refused()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var counter = new TpmCounter(tpm.Address);
        Seal("state", counter);
        File.Copy(At("state"), At("old"));
        Open("state", counter);
        Seal("state", counter);
        Open("state", counter);
        File.Copy(At("old"), At("state"), overwrite: true);
        // Another process, with nothing but the TPM and the disk.
        Assert.Equal(SealRefusal.RolledBack, Assert.Throws<SealedFileException>(() => Open("state", new TpmCounter(tpm.Address))).Refusal);
        Open("state", null);
    }

    [Fact]
    public async Task Each_label_has_its_own_counter_and_rises_by_one()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var counter = new TpmCounter(tpm.Address);
        var (one, two) = (counter.Read("one"), counter.Read("two"));
        Assert.Equal(one, counter.Read("one"));
        counter.AdvanceTo("one", one + 3);
        counter.AdvanceTo("one", one + 1);
        Assert.Equal((one + 3, two), (counter.Read("one"), counter.Read("two")));
        Assert.Contains("far above", Assert.Throws<AttestingException>(() => counter.AdvanceTo("one", one + 1_000_000)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => counter.Read("../x"));
    }

    /// <summary>Whoever may use the TPM can remove a counter, and gains nothing: the next one begins above it.</summary>
    [Fact]
    public async Task A_removed_counter_refuses_what_was_sealed_with_it()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        var counter = new TpmCounter(tpm.Address);
        Seal("state", counter);
        File.Copy(At("state"), At("old"));
        Seal("state", counter);
        await using (var connection = await TpmConnection.OpenAsync(tpm.Address, Cancellation))
            await connection.CallAsync(UndefineSpace, TpmNumbers.OwnerHierarchy, Place("state"), new TpmWriter(), Cancellation);
        File.Copy(At("old"), At("state"), overwrite: true);
        Assert.Equal(SealRefusal.RolledBack, Assert.Throws<SealedFileException>(() => Open("state", counter)).Refusal);
    }

    [Fact]
    public async Task A_place_that_is_taken_is_left_alone()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using (var connection = await TpmConnection.OpenAsync(tpm.Address, Cancellation))
            await connection.DefineCounterAsync(Place("state"), new byte[32], Cancellation);
        var counter = new TpmCounter(tpm.Address);
        var first = counter.Read("state");
        counter.AdvanceTo("state", first + 1);
        Assert.Equal(first + 1, counter.Read("state"));
        await using var again = await TpmConnection.OpenAsync(tpm.Address, Cancellation);
        Assert.False((await again.FindCounterAsync(Place("state"), Cancellation))!.IsWritten);
        Assert.True((await again.FindCounterAsync(Place("state") + 1, Cancellation))!.IsCounter);
    }

    [Fact]
    public void Without_a_TPM_there_is_one_line() =>
        Assert.Contains("/dev/no-such-tpm", Assert.Throws<AttestingException>(() => new TpmCounter("/dev/no-such-tpm").Read("state")).Message, StringComparison.Ordinal);

    /// <summary>A device that is cut off, lies about sizes, or answers with an error to the first question.</summary>
    [Theory]
    [InlineData("8001 0000000a 00000000")]
    [InlineData("8001 00000013 00000000 00 00000001 00000001")]
    [InlineData("8001 0000000a 0000018b")]
    public async Task A_broken_device_is_refused(string answer)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(At("tpm")));
        listener.Listen();
        var reading = Task.Run(() => Assert.Throws<AttestingException>(() => new TpmCounter($"unix:{At("tpm")}").Read("state")), Cancellation);
        using var connection = await listener.AcceptAsync(Cancellation);
        await connection.ReceiveAsync(new byte[4096], Cancellation);
        await connection.SendAsync(Convert.FromHexString(answer.Replace(" ", "")), Cancellation);
        connection.Shutdown(SocketShutdown.Send);
        await reading;
    }

    private static uint Place(string label) =>
        0x01800000 + BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. "mimir sealed file v1"u8, .. System.Text.Encoding.ASCII.GetBytes(label)])) % (1 << 22);

    private string At(string name) => Path.Combine(_directory, name);

    private void Seal(string label, TpmCounter counter)
    {
        using var content = new MemoryStream(RandomNumberGenerator.GetBytes(100));
        SealedFile.Seal(content, At(label), _key, new SealTerms(label) { Counter = 1 + counter.Read(label) }, counter);
    }

    private void Open(string label, TpmCounter? counter)
    {
        using var reader = SealedFileReader.Open(At(label), _key, new SealExpectations { Label = label, Counter = counter });
    }
}
