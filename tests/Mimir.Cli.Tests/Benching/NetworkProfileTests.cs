using Mimir.Cli.Benching.Networks;

namespace Mimir.Cli.Tests.Benching;

public sealed class NetworkProfileTests
{
    [Theory]
    [InlineData("lan", 1, 1000)]
    [InlineData("wan", 20, 200)]
    [InlineData("far", 80, 50)]
    [InlineData("7.5ms/30Mbit", 7.5, 30)]
    public void A_profile_is_a_round_trip_and_a_rate(string text, double milliseconds, double megabits)
    {
        var profile = NetworkProfile.Parse(text);
        Assert.Equal((text, milliseconds, megabits), (profile.Name, profile.RoundTripMilliseconds, profile.MegabitsPerSecond));
        Assert.Equal(milliseconds / 2 / 1000, profile.OneWaySeconds, 1e-12);
        Assert.Equal(megabits * 1e6 / 8, profile.BytesPerSecond, 1e-3);
    }

    [Theory]
    [InlineData("")]
    [InlineData("WAN")]
    [InlineData("20ms")]
    [InlineData("-1ms/5Mbit")]
    [InlineData("5ms/0Mbit")]
    [InlineData("5ms/1e9Mbit")]
    public void Anything_else_is_refused_with_an_example(string text) =>
        Assert.Contains("20ms/200Mbit", Assert.Throws<UsageException>(() => NetworkProfile.Parse(text)).Message);
}
