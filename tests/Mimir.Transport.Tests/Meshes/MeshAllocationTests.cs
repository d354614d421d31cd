using Mimir.Transport.Meshes;

namespace Mimir.Transport.Tests.Meshes;

/// <summary>Counts the whole process's allocations, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MeshAllocationTests), DisableParallelization = true)]
[Collection(nameof(MeshAllocationTests))]
public sealed class MeshAllocationTests
{
    private static readonly byte[] Mine = new byte[40_000];

    [Theory]
    [InlineData(2, 64, 300)]
    [InlineData(2, 40_000, 400)]
    [InlineData(3, 64, 600)]
    public async Task Steady_state_allocates_nothing_to_speak_of(int count, int size, int allowed)
    {
        await using var cluster = new Cluster();
        var meshes = await cluster.MeshAsync(count);
        var buffers = meshes.Select(_ => TlsMeshTests.Buffers(count, size)).ToArray();
        const int Rounds = 2000;
        await RoundsAsync(meshes, buffers, size, Rounds);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RoundsAsync(meshes, buffers, size, Rounds);
        var perRound = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rounds;

        // The runtime's pools behind ValueTask hold few entries per thread and core: on a busy machine, where continuations change threads, and
        // with all parties in one process, they miss now and then. Without pooling a round takes above 1000 bytes per link.
        Assert.True(perRound < allowed, $"{perRound} bytes per round of all parties together.");
    }

    private static Task RoundsAsync(TlsMesh[] meshes, Memory<byte>[][] buffers, int size, int rounds) =>
        Task.WhenAll(meshes.Select((mesh, i) => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++) await mesh.ExchangeAsync(Mine.AsMemory(0, size), buffers[i], default);
        })));
}
