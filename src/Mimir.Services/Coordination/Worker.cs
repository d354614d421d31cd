using System.Threading.Channels;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>A registered node or Triple Service.</summary>
internal sealed class Worker(PeerIdentity identity, WorkerHello hello, PeerCertificate certificate)
{
    private readonly Channel<WorkerCommand> _commands = Channel.CreateUnbounded<WorkerCommand>(new() { SingleReader = true });

    /// <summary>Who it is, as its TLS connection proved.</summary>
    public PeerIdentity Identity { get; private set; } = identity;

    /// <summary>What it is to be told, in order.</summary>
    public ChannelReader<WorkerCommand> Commands => _commands.Reader;

    /// <summary>How others reach it.</summary>
    public WorkerAddress Address { get; private set; } = new()
    {
        Worker = certificate,
        Host = hello.Host,
        Port = hello.Port,
        GrpcPort = hello.GrpcPort,
    };

    /// <summary>It has a newer certificate; descriptions from now on have it.</summary>
    public void Renew(PeerIdentity current, PeerCertificate renewed)
    {
        Identity = current;
        var address = Address.Clone();
        address.Worker = renewed;
        Address = address;
    }

    /// <summary>Queues a command; never waits.</summary>
    public void Send(WorkerCommand command) => _commands.Writer.TryWrite(command);

    /// <summary>It is gone.</summary>
    public void Close() => _commands.Writer.TryComplete();
}
