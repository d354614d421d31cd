using Mimir.Services.Workers;
using Mimir.Transport.Protos;

namespace Mimir.Services.Tests.Workers;

public sealed class ObservationReportsTests
{
    [Fact]
    public async Task Figures_are_told_twice_a_second_at_most_and_only_when_they_have_changed()
    {
        var clock = new ManualClock();
        var told = new List<ulong>();
        RoleMetrics? figures = null;
        await using (new ObservationReports(clock, () => figures, m => told.Add(m.Rounds)))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Empty(told);
            figures = new RoleMetrics { Rounds = 1 };
            clock.Advance(TimeSpan.FromMilliseconds(499));
            Assert.Empty(told);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            figures = new RoleMetrics { Rounds = 1 };
            clock.Advance(TimeSpan.FromMilliseconds(500));
            Assert.Equal([1UL], told);
            figures = new RoleMetrics { Rounds = 2 };
            clock.Advance(TimeSpan.FromMilliseconds(500));
            Assert.Equal([1UL, 2UL], told);
        }
        figures = new RoleMetrics { Rounds = 3 };
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, told.Count);
    }
}
