using Mimir.Spdz;
using Mimir.Transport.Meshes;

namespace Mimir.Transport.Tests.Meshes;

public sealed class TlsMeshTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(3, true)]
    public async Task Every_party_gets_what_every_other_sent_whatever_the_sizes(int count, bool plain)
    {
        await using var cluster = new Cluster(plain);
        var meshes = await cluster.MeshAsync(count);
        var random = new Random(5);
        int[] fixedSizes = [0, 1, 64, 16 * 1024 - 64 - 12, 16 * 1024 - 64 - 11, 16 * 1024, 3_000_000];
        long sent = 0;
        for (var round = 0; round < 40; round++)
        {
            var sizes = Enumerable.Range(0, count).Select(_ => round < fixedSizes.Length ? fixedSizes[round] : random.Next(70_000)).ToArray();
            var messages = sizes.Select(size => Bytes(size, random.Next())).ToArray();
            var received = meshes.Select(_ => sizes.Select(size => new Memory<byte>(new byte[size])).ToArray()).ToArray();
            await Task.WhenAll(meshes.Select((mesh, i) => Task.Run(() => mesh.ExchangeAsync(messages[i], received[i], default).AsTask())));
            for (var i = 0; i < count; i++)
                for (var j = 0; j < count; j++)
                    if (i != j) Assert.True(received[i][j].Span.SequenceEqual(messages[j]));
            sent += (count - 1L) * (sizes[0] + 12);
        }

        Assert.Equal(sent, meshes[0].Traffic.BytesSent);
        Assert.Equal(40, meshes[0].Traffic.Rounds);
        Assert.Equal(meshes.Sum(mesh => mesh.Traffic.BytesSent), meshes.Sum(mesh => mesh.Traffic.BytesReceived));
    }

    [Fact]
    public async Task Two_rounds_at_once_are_a_mistake()
    {
        await using var cluster = new Cluster();
        var meshes = await cluster.MeshAsync(2);
        var buffers = new Memory<byte>[] { new byte[1], new byte[1] };
        var first = meshes[0].ExchangeAsync(new byte[1], buffers, default).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await meshes[0].ExchangeAsync(new byte[1], buffers, default));
        await meshes[1].ExchangeAsync(new byte[1], [new byte[1], new byte[1]], default);
        await first;
    }

    [Fact]
    public async Task A_party_that_leaves_is_named_and_the_mesh_stays_closed()
    {
        await using var cluster = new Cluster();
        var meshes = await cluster.MeshAsync(3);
        var waiting = meshes[0].ExchangeAsync(new byte[8], Buffers(3, 8), default).AsTask();
        await meshes[2].DisposeAsync();
        var error = await Assert.ThrowsAsync<PeerLostException>(() => waiting);
        Assert.Contains("party 'p2' at 127.0.0.1", error.Message);
        error = await Assert.ThrowsAsync<PeerLostException>(async () => await meshes[0].ExchangeAsync(new byte[8], Buffers(3, 8), default));
        Assert.Contains("mesh is closed", error.Message);
    }

    [Fact]
    public async Task Cancellation_ends_a_round()
    {
        await using var cluster = new Cluster();
        var meshes = await cluster.MeshAsync(3);
        using var stop = new CancellationTokenSource();
        var waiting = meshes[0].ExchangeAsync(new byte[8], Buffers(3, 8), stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    internal static Memory<byte>[] Buffers(int count, int size) => [.. Enumerable.Range(0, count).Select(_ => new Memory<byte>(new byte[size]))];

    private static byte[] Bytes(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
