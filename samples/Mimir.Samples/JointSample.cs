using Mimir.Client;
using Mimir.Client.Joint;
using Mimir.Client.Text;

namespace Mimir.Samples;

/// <summary>Two owners, one session. In earnest each half runs in its own organisation, and the token goes from one to the other by mail or chat.</summary>
internal static class JointSample
{
    private const int Room = 16;

    public static async Task RunAsync(TextOwner ada, TextOwner ben, string first, string second)
    {
        // Ada fixes the terms: how long her part is, how much room Ben has, and that Ben alone gets the answer.
        var offered = await JointSession.OfferAsync(
            ada,
            new JointTerms
            {
                Parts = [new(ada.Name, JointSession.Encode(ada, 0, first).Count), new(ben.Name, Room)],
                Receivers = [ben.Name],
                Options = new GenerationOptions { MaxTokens = 8 },
            },
            CancellationToken.None);
        var token = offered.Offer.ToToken();

        // Ben reads the terms, agrees, and brings his part.
        var accepted = JointSession.Accept(ben, JointOffer.Parse(token));
        await using var his = accepted.Run([second], CancellationToken.None);
        await using var hers = offered.Run([first], CancellationToken.None);
        await foreach (var piece in his.Pieces) Console.Write(piece.Text);
        Console.WriteLine();
        foreach (var fact in (await his.Completion).Generation.Leakage) Console.WriteLine($"  {fact}");
        Console.WriteLine($"[ada received {(await hers.Completion).Text.Length} characters]");
    }
}
