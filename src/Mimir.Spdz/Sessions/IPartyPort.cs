using Mimir.Spdz.Opening;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// A party's way to and from the session's clients; the implementation seals everything end to end (party ↔ client), so that whoever
/// carries the messages learns nothing.
/// </summary>
public interface IPartyPort
{
    /// <summary>Completes when every client has said that it holds its masks: only then may the coin be tossed that tests them.</summary>
    Task ClientsReadyAsync(CancellationToken cancellation);

    /// <summary>Gives a client the test of its masks.</summary>
    ValueTask SendProofAsync(string client, Verified<MaskProof> proof, CancellationToken cancellation);

    /// <summary>The masked inputs of one prompt segment, or of one later run (see <see cref="Programs.SessionPlan.InputsOf"/>), as many as the plan says.</summary>
    Task<MaskedInputs> ReceiveInputsAsync(int segment, CancellationToken cancellation);

    /// <summary>
    /// Gives a receiver output <paramref name="number"/>, one element or the logits: only something that passed the check fits in here.
    /// </summary>
    ValueTask ReleaseAsync(string receiver, int number, Verified<double[]> masked, CancellationToken cancellation);

    /// <summary>Whether a client asked to stop generating.</summary>
    bool StopRequested { get; }
}

/// <summary>One part of a client's inputs; every party receives the same.</summary>
/// <param name="Accepted">Of a later run: how many guesses of the run before were right, so that those rows stay. Otherwise 0.</param>
/// <param name="Values">Inputs minus masks.</param>
public sealed record MaskedInputs(int Accepted, double[] Values);

/// <summary>The dealer's way to the session's clients, sealed to each client's key.</summary>
public interface IDealerPort
{
    /// <summary>
    /// Gives a client its masks: one to burn, its inputs', its outputs' (see <see cref="ClientMasks"/>); and the keys of the masks of its logits
    /// (<see cref="LogitsMasks"/>), one per party, or none.
    /// </summary>
    ValueTask SendMasksAsync(string client, double[] masks, byte[][] logitsKeys, CancellationToken cancellation);
}

/// <summary>
/// What lets a client see that the dealer gave it the same masks as the parties: coin χ and e = ρ_0 + Σχ_j·ρ_j, opened and checked.
/// </summary>
public sealed record MaskProof(byte[] Coin, double Combination);
