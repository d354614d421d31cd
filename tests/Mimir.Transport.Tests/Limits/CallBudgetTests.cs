using System.Net;
using Mimir.Transport.Limits;

namespace Mimir.Transport.Tests.Limits;

/// <summary>Calls that cost signatures: counted by peer and by address, each by itself.</summary>
public sealed class CallBudgetTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1"), There = IPAddress.Parse("10.0.0.2");
    private readonly ManualClock _clock = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void A_peer_beyond_its_rate_is_refused_and_uses_up_nothing_of_its_address()
    {
        var budget = Budget(4, 6);
        Assert.Equal(4, Granted(budget, "party 'p0'", Here, 1000));
        Assert.Equal(2, Granted(budget, "party 'p1'", Here, 2));
        Assert.Contains("limits.registrations_per_minute", budget.Take("party 'p0'", Here));
        Assert.Contains("limits.registrations_per_address", budget.Take("party 'p1'", Here));
        Assert.Null(budget.Take("party 'p1'", There));
        Assert.Contains("party 'p0'", Assert.Single(_lines));
    }

    [Fact]
    public void The_rate_comes_back_evenly()
    {
        var budget = Budget(4, 100);
        Assert.Equal(4, Granted(budget, "p", Here, 10));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Granted(budget, "p", Here, 10));
    }

    [Fact]
    public void An_address_is_counted_by_its_network()
    {
        var budget = Budget(10, 2);
        Assert.Null(budget.Take("a", IPAddress.Parse("2001:db8::1")));
        Assert.Null(budget.Take("b", IPAddress.Parse("2001:db8::2")));
        Assert.NotNull(budget.Take("c", IPAddress.Parse("2001:db8::3")));
        Assert.Null(budget.Take("c", IPAddress.Parse("2001:db8:0:1::3")));
    }

    [Fact]
    public void A_flood_of_names_and_addresses_does_not_fill_memory()
    {
        var budget = Budget(2, 2);
        for (var i = 0; i < 10_000; i++) budget.Take($"p{i}", new IPAddress(i + 1));
        Assert.InRange(budget.Remembered, 2, 2 * 4096);
    }

    private CallBudget Budget(int perPeer, int perAddress) => new(new() { RegistrationsPerMinute = perPeer, RegistrationsPerAddress = perAddress }, _clock, _lines.Add);

    private static int Granted(CallBudget budget, string peer, IPAddress address, int calls) => Enumerable.Range(0, calls).Count(_ => budget.Take(peer, address) is null);
}
