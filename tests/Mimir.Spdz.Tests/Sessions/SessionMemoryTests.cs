using Mimir.Spdz.Shares;
using Mimir.Spdz.Tests.Simulation;
using Xunit;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>Nothing of a session stays in memory, and the next one needs no new memory.</summary>
public sealed class SessionMemoryTests
{
    [Fact]
    public void Memory_is_used_again_within_a_session_and_zeroed_at_its_end()
    {
        var memory = new SessionMemory();
        var first = memory.Rent(1000);
        var lent = memory.Rent(500);
        first.Span[..400].Fill(1);
        lent.Span.Fill(2);
        var (firstKept, lentKept) = (first.Memory, lent.Memory);
        memory.Return(first, 400);
        Assert.Same(first, memory.Rent(10));
        memory.Return(first, 10);
        memory.Dispose();
        Assert.True(firstKept.Span.IndexOfAnyExcept(0.0) < 0);
        Assert.True(lentKept.Span.IndexOfAnyExcept(0.0) < 0);
        Assert.Throws<ObjectDisposedException>(() => memory.Rent(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_session_that_ended_well_leaves_memory(bool well)
    {
        using var reserve = new MemoryReserve();
        var left = reserve.Take(0);
        using (var session = new SessionMemory(reserve) { EndedWell = well })
        {
            left = session.Rent(1000);
            left.Span.Fill(3);
        }
        using var next = new SessionMemory(reserve);
        var memory = next.Rent(600);
        Assert.Equal(well, ReferenceEquals(left, memory));
        Assert.True(memory.Span.IndexOfAnyExcept(0.0) < 0);
    }

    [Fact]
    public void What_is_given_up_is_zeroed_at_once()
    {
        using var reserve = new MemoryReserve();
        using var memory = new SessionMemory(reserve);
        var workspace = new Workspace(memory);
        var values = workspace.Rent(1000);
        values.Span.Fill(4);
        workspace.Return();
        Assert.Equal(0, reserve.Kept);
        memory.Shrink();
        Assert.Equal(1 << 20, reserve.Kept);
        Assert.True(values.Span.IndexOfAnyExcept(0.0) < 0);
    }

    /// <summary>Sessions of ever other lengths: what fits none of them any more is let go.</summary>
    [Fact]
    public void A_reserve_stays_within_half_of_what_was_ever_lent_at_once()
    {
        using var reserve = new MemoryReserve();
        for (var length = 1000; length < 1_000_000; length = length * 21 / 10)
        {
            using var session = new SessionMemory(reserve) { EndedWell = true };
            session.Rent(length);
            session.Rent(length / 2);
        }
        var most = reserve.Unused.Max(m => m.Length) * 3 / 2;
        Assert.InRange(reserve.Kept, most, most + most / 2);
    }

    /// <summary>How much is needed at once depends on who comes first, and settles after a session or two.</summary>
    [Fact]
    public async Task Sessions_leave_zeros_and_soon_allocate_nothing()
    {
        await using var stages = await LocalStages.LoadAsync(TinyModel.Llama());
        var allocated = new List<long>();
        do
        {
            await stages.RunAsync(Plans.Single(3, 6), new LocalClients { Prompts = [[1, 2, 3]] });
            allocated.Add(stages.Reserves.Sum(r => r.Allocated));
            Assert.All(stages.Reserves, r =>
            {
                Assert.True(r.Kept >= 1 << 20);
                Assert.All(r.Unused, m => Assert.True(m.Span.IndexOfAnyExcept(0.0) < 0));
            });
        }
        while (allocated.Count < 2 || (allocated[^1] != allocated[^2] && allocated.Count < 8));
        Assert.Equal(allocated[^2], allocated[^1]);
    }
}
