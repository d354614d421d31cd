using System.Net.Sockets;
using Mimir.Cli.Configuration;
using Mimir.Models;
using Mimir.Spdz;

namespace Mimir.Cli.Tests.Commands;

public sealed class FailureTests
{
    public static TheoryData<Exception, int> Meanings => new()
    {
        { new UsageException("x"), ExitCode.Usage },
        { new ConfigurationException("x"), ExitCode.Usage },
        { new ModelFormatException("f", "x"), ExitCode.Usage },
        { new ArgumentException("x", "name"), ExitCode.Usage },
        { new InvalidDataException("x"), ExitCode.Usage },
        { new SocketException((int)SocketError.AddressAlreadyInUse), ExitCode.Usage },
        { new IOException("x", new SocketException((int)SocketError.AddressAlreadyInUse)), ExitCode.Usage },
        { new MacCheckFailedException("x"), ExitCode.Misbehaviour },
        { new DealerCheatedException("x"), ExitCode.Misbehaviour },
        { new OutputMismatchException("x"), ExitCode.Misbehaviour },
        { new Mimir.Trust.UntrustedPeerException("x"), ExitCode.Misbehaviour },
        { new PeerLostException("x"), ExitCode.Unreachable },
        { new SocketException((int)SocketError.ConnectionRefused), ExitCode.Unreachable },
        { new TimeoutException("x"), ExitCode.Unreachable },
        { new OperationCanceledException(), ExitCode.Failed },
        { new InvalidOperationException("x"), ExitCode.Failed },
        { new AggregateException(new PeerLostException("x"), new MacCheckFailedException("y")), ExitCode.Misbehaviour },
        { new AggregateException(new OperationCanceledException(), new AggregateException(new PeerLostException("x"))), ExitCode.Unreachable },
    };

    [Theory]
    [MemberData(nameof(Meanings), DisableDiscoveryEnumeration = true)]
    public void Every_kind_of_failure_has_its_exit_status(Exception exception, int code) => Assert.Equal(code, Failure.Of(exception).Code);

    [Fact]
    public void The_line_is_one_line_without_control_characters()
    {
        var line = Failure.Of(new PeerLostException("party 1\r\nmimir: all is well\u001b[2J")).Line;
        Assert.DoesNotContain(line, char.IsControl);
        Assert.StartsWith("party 1 mimir: all is well", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_parameter_of_an_argument_is_not_the_user_s_business() =>
        Assert.Equal("unknown shape", Failure.Of(new ArgumentException("unknown shape", "name")).Line);
}
