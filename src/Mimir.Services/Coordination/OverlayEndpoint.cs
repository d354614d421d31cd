using Grpc.Core;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>The gRPC service of overlay.proto.</summary>
/// <param name="board">What is relayed.</param>
/// <param name="clock">For the pause.</param>
internal sealed class OverlayEndpoint(OverlayBoard board, TimeProvider clock) : OverlayExchange.OverlayExchangeBase
{
    /// <summary>Between two messages of one member, and between two that it gets: announcing often makes little work for the others. 0.2 s.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A member's descriptor for all others', for as long as it is connected.</summary>
    [AllowRoles(Role.Party, Role.TripleService, Role.Coordinator, Role.DataOwner, Role.ModelOwner, BeforeAttestation = true)]
    public override async Task Exchange(IAsyncStreamReader<OverlayAnnouncement> requestStream, IServerStreamWriter<OverlayBook> responseStream, ServerCallContext context)
    {
        var caller = context.Caller().Identity ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The coordinator serves mutual TLS connections only."));
        using var place = Enter(caller);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, place.Ended);
        var writing = WriteAsync(responseStream, stop.Token);
        try
        {
            while (await requestStream.MoveNext(stop.Token))
            {
                place.Announce(requestStream.Current.Own);
                await Task.Delay(Pause, clock, stop.Token);
            }
        }
        catch (ArgumentException error)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, error.Message));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // A broken connection ends the exchange like any other.
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }
    }

    private OverlayBoard.Place Enter(PeerIdentity caller)
    {
        try
        {
            return board.Enter(caller.ToString());
        }
        catch (InvalidOperationException error)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, error.Message));
        }
    }

    private async Task WriteAsync(IServerStreamWriter<OverlayBook> responses, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var (book, changed) = board.Read();
                await responses.WriteAsync(book, stop);
                await changed.WaitAsync(stop);
                await Task.Delay(Pause, clock, stop);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The reading side notices the same end.
        }
    }
}
