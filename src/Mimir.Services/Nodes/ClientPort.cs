using Mimir.Spdz;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Services.Nodes;

/// <summary>The engine's way to the clients: everything is sealed for its client before it leaves.</summary>
internal sealed class ClientPort(ClientMailbox mailbox, Action<SealedEnvelope> outbox) : IPartyPort
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public bool StopRequested => mailbox.StopRequested;

    /// <inheritdoc/>
    public Task ClientsReadyAsync(CancellationToken cancellation) => WithinAsync(mailbox.ReadyAsync(), "not every client said that it holds its masks", cancellation);

    /// <inheritdoc/>
    public ValueTask SendProofAsync(string client, Verified<MaskProof> proof, CancellationToken cancellation) =>
        Send(client, SealPurpose.Proof, SealedPayloads.WriteProof(proof.Value));

    /// <inheritdoc/>
    public async Task<MaskedInputs> ReceiveInputsAsync(int segment, CancellationToken cancellation)
    {
        var inputs = mailbox.InputsAsync(segment);
        await WithinAsync(inputs, $"part {segment} of the prompt was not submitted", cancellation);
        return await inputs;
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string receiver, int number, Verified<double[]> masked, CancellationToken cancellation) =>
        Send(receiver, SealPurpose.Output, SealedPayloads.WriteOutput(masked.Value));

    private ValueTask Send(string client, SealPurpose purpose, byte[] payload)
    {
        outbox(mailbox.Routes.Seal(mailbox.Client(client), purpose, payload));
        return ValueTask.CompletedTask;
    }

    private static async Task WithinAsync(Task task, string otherwise, CancellationToken cancellation)
    {
        try { await task.WaitAsync(Patience, cancellation); }
        catch (TimeoutException e) { throw new PeerLostException($"{otherwise} within {Patience.TotalSeconds:0} s", e); }
    }
}
