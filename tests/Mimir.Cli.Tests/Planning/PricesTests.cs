using CsCheck;
using Mimir.Cli.Benching.Networks;
using Mimir.Cli.Planning.Machines;

namespace Mimir.Cli.Tests.Planning;

public sealed class PricesTests
{
    /// <summary>From exact measurements of varied work the prices come back, zero ones included.</summary>
    [Fact]
    public void A_fit_finds_the_prices()
    {
        var prices = new Prices(1e-10, 2e-6, 0, 4e-6, 3e-7, 5e-8, 1e-4);
        var work = Enumerable.Range(0, 12).Select(i => new Work(
            1e6 * (1 + i * i % 7), 1000 * (1 + i % 5), 300 * (1 + i % 4), 10 * (1 + i * i % 5), 500 * (1 + i % 3), 20000 * (1 + i * 3 % 11), 100 * (1 + i % 6))).ToArray();
        var fitted = Prices.Fit([.. work.Select(w => (w, prices.Of(w)))]);
        foreach (var w in work) Assert.Equal(prices.Of(w), fitted.Of(w), 0.01 * prices.Of(w));
    }

    [Fact]
    public void No_price_is_negative() => Gen.Double[0.01, 10].Array[8].Sample(seconds =>
    {
        var fitted = Prices.Fit([.. seconds.Select((s, i) => (new Work(i + 1, 8 - i, 1 + i % 3, 1 + i % 4, 2, 3 + i % 2, 5), s))]);
        Assert.All((double[])[fitted.MatrixByte, fitted.Activation, fitted.Score, fitted.Row, fitted.Logit, fitted.OpenedElement, fitted.Exchange], p => Assert.True(p >= 0));
    }, iter: 30);

    [Fact]
    public void Hardware_is_read_and_what_is_left_out_is_the_measured_machines()
    {
        var measured = Machine.Development();
        var hardware = Hardware.Parse("cores=32, network=wan", measured);
        Assert.Equal((32, measured.ReadGigabytesPerSecond, NetworkProfile.Wan), (hardware.Cores, hardware.ReadGigabytesPerSecond, hardware.Network));
        foreach (var wrong in (string[])["cores=0", "cores", "bandwidth=fast", "color=red", "network=near"])
            Assert.Throws<UsageException>(() => Hardware.Parse(wrong, measured));
    }

    [Fact]
    public void A_machine_reads_back()
    {
        var file = Path.GetTempFileName();
        try
        {
            Machine.Development().Write(file);
            Assert.Equal(Machine.Development(), Machine.Read(file));
            File.WriteAllText(file, "{");
            Assert.Contains("calibrate", Assert.Throws<UsageException>(() => Machine.Read(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What limits a role is the largest of the three; a party's rounds wait for its computing, dealing goes on beside sending.</summary>
    [Theory]
    [InlineData(3, 2, 1, "compute")]
    [InlineData(1, 2, 1, "memory")]
    [InlineData(1, 2, 4, "network")]
    public void A_role_is_bound_by_its_slowest_part(double compute, double memory, double network, string bound)
    {
        var party = RoleTime.Of("party", compute, memory, network, waits: true);
        Assert.Equal((bound, Math.Max(compute, memory) + network), (party.Bound, party.Seconds));
        Assert.Equal(Math.Max(Math.Max(compute, memory), network), RoleTime.Of("triples", compute, memory, network, waits: false).Seconds);
    }
}
