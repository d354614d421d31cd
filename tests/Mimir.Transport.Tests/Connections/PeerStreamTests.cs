using Mimir.Spdz;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Tests.Connections;

public sealed class PeerStreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_data_goes_both_ways_at_once(bool synchronous)
    {
        await using var cluster = new Cluster();
        var (a, b) = await cluster.PairAsync();
        var data = new byte[5_000_000];
        new Random(3).NextBytes(data);
        await Task.WhenAll(Send(a), Send(b), Receive(a), Receive(b));

        Task Send(PeerStream stream) => synchronous ? Task.Run(() => stream.Write(data)) : stream.WriteAsync(data).AsTask();

        Task Receive(PeerStream stream) => Task.Run(async () =>
        {
            var read = new byte[data.Length];
            if (synchronous) stream.ReadExactly(read);
            else await stream.ReadExactlyAsync(read);
            Assert.True(read.AsSpan().SequenceEqual(data));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_end_is_a_lost_peer(bool synchronous)
    {
        await using var cluster = new Cluster();
        var (dialled, accepted) = await cluster.PairAsync();
        await accepted.WriteAsync(new byte[3]);
        await accepted.DisposeAsync();
        var error = await Assert.ThrowsAsync<PeerLostException>(async () =>
        {
            if (synchronous) dialled.ReadExactly(new byte[4]);
            else await dialled.ReadExactlyAsync(new byte[4]);
        });
        Assert.Contains("triple-service 'listener' at 127.0.0.1", error.Message);
        Assert.Contains("it closed the connection", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_beyond_the_stall_timeout_is_a_lost_peer(bool synchronous)
    {
        await using var cluster = new Cluster();
        var (dialled, _) = await cluster.PairAsync(change: settings => settings with { StallTimeout = TimeSpan.FromMilliseconds(150) });
        var error = await Assert.ThrowsAsync<PeerLostException>(() => Task.Run(async () =>
        {
            if (synchronous) dialled.ReadExactly(new byte[4]);
            else await dialled.ReadExactlyAsync(new byte[4]);
        }));
        Assert.Contains("no byte moved for 0.2 s", error.Message);
    }

    [Fact]
    public async Task Disposal_ends_a_pending_read()
    {
        await using var cluster = new Cluster();
        var (dialled, _) = await cluster.PairAsync();
        var reading = dialled.ReadExactlyAsync(new byte[4]).AsTask();
        dialled.Abort();
        await Assert.ThrowsAsync<PeerLostException>(() => reading);
    }
}
