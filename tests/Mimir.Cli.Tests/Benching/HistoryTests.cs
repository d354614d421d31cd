using Mimir.Cli.Benching;
using Xunit;

namespace Mimir.Cli.Tests.Benching;

public sealed class HistoryTests
{
    [Fact]
    public void A_processor_is_told_from_others_of_its_name()
    {
        string[] cpuinfo = ["processor\t: 0", "vendor_id\t: AuthenticAMD", "cpu family\t: 25", "model\t\t: 1", "model name\t: AMD EPYC", "flags\t\t: fpu: vme", "", "model\t\t: 2"];
        Assert.Equal("AMD EPYC, family 25, model 1", History.ProcessorOf(cpuinfo));
        Assert.Null(History.ProcessorOf(["", "model name\t: behind the first"]));
    }
}
