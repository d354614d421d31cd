using Mimir.Spdz.Channels;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Vectors;

public sealed class CoinTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task All_parties_get_the_same_coins_and_never_one_twice(int parties)
    {
        var coins = await TossAsync(MemoryMesh.Create(parties), 20);
        foreach (var mine in coins) Assert.Equal(coins[0], mine);
        Assert.Equal(20, coins[0].Distinct().Count());
        Assert.All(coins[0], coin => Assert.Equal(64, coin.Length));
    }

    /// <summary>Every party's seed counts: with one party's changed, every coin changes.</summary>
    [Fact]
    public async Task Every_party_contributes()
    {
        var plain = await TossAsync(MemoryMesh.Create(3), 4);
        for (var changed = 0; changed < 3; changed++)
        {
            var other = await TossAsync(MemoryMesh.Create(3), 4, changed);
            Assert.Empty(plain[0].Intersect(other[0]));
        }
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(1, 5)]
    [InlineData(1, 40)]
    public async Task A_mismatch_names_the_party(int round, int place)
    {
        var meshes = MemoryMesh.Create(3);
        meshes[1] = new TamperingMesh(meshes[1], "", m => m.To < 0 && m.Round == round ? Malicious.Cheat.Flip(m.Bytes, place) : m.Bytes);
        var caught = await Assert.ThrowsAsync<CommitmentMismatchException>(() => TossAsync(meshes, 3));
        Assert.StartsWith("party 1 ", caught.Message, StringComparison.Ordinal);
    }

    private static async Task<string[][]> TossAsync(IMesh[] meshes, int count, int changed = -1)
    {
        using var stop = new CancellationTokenSource();
        return await Task.WhenAll(meshes.Select((mesh, i) => Task.Run(async () =>
        {
            var entropy = new byte[48];
            entropy[0] = (byte)(i == changed ? 99 : i);
            using var coin = new Coin(mesh, new HmacDrbg(entropy, []));
            var coins = new string[count];
            try
            {
                var bytes = new byte[32];
                for (var k = 0; k < count; k++)
                {
                    await coin.TossAsync(bytes, stop.Token);
                    coins[k] = Convert.ToHexString(bytes);
                }
            }
            catch (ProtocolViolation)
            {
                await mesh.DisposeAsync();
                throw;
            }
            return coins;
        })));
    }
}
