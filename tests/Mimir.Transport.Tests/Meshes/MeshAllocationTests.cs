using Mimir.Transport.Meshes;

namespace Mimir.Transport.Tests.Meshes;

/// <summary>Counts the whole process's allocations, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MeshAllocationTests), DisableParallelization = true)]
[Collection(nameof(MeshAllocationTests))]
public sealed class MeshAllocationTests
{
    [Fact]
    public async Task Steady_state_allocates_nothing()
    {
        await using var cluster = new Cluster();
        var meshes = await cluster.MeshAsync(2);
        await RoundsAsync(meshes, 64, 3000);
        await RoundsAsync(meshes, 40_000, 300);
        const int Rounds = 5000;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RoundsAsync(meshes, 64, Rounds);
        await RoundsAsync(meshes, 40_000, 300);
        var perRound = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rounds;
        Assert.True(perRound < 48, $"{perRound} bytes per round of both parties together.");
    }

    private static Task RoundsAsync(TlsMesh[] meshes, int size, int rounds) => Task.WhenAll(meshes.Select(mesh => Task.Run(async () =>
    {
        var mine = new byte[size];
        var theirs = TlsMeshTests.Buffers(meshes.Length, size);
        for (var round = 0; round < rounds; round++) await mesh.ExchangeAsync(mine, theirs, default);
    })));
}
