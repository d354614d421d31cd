using Mimir.Client.Text;
using Mimir.Models.Folding;

namespace Mimir.Client.Joint;

/// <summary>
/// One data owner's side of a session to which several bring a part of the prompt: one of them makes an offer (<see cref="OfferAsync"/>), hands it over
/// (<see cref="JointOffer.ToToken"/>), the others accept it (<see cref="Accept"/>), and each runs its side (<see cref="Run"/>). The session starts when all of them
/// have, and nobody's text leaves its process unmasked.
/// </summary>
/// <remarks>Those who take their time: the coordinator waits fifteen minutes for all to run their sides.</remarks>
public sealed class JointSession
{
    private readonly TextOwner _owner;
    private readonly WeightTerms _weights;
    private readonly int _stopBucket;

    private JointSession(TextOwner owner, JointOffer offer, WeightTerms weights, bool earlyStop)
    {
        (_owner, Offer, _weights) = (owner, offer, weights);
        _stopBucket = new GenerationOptions { EarlyStop = earlyStop }.StopBucket;
        OwnParts = [.. offer.Parts.Select((part, number) => (part, number)).Where(p => p.part.Owner == owner.Name).Select(p => p.number)];
        if (OwnParts.Count == 0 && !offer.Receivers.Contains(owner.Name))
            throw new ArgumentException($"the joint session names neither a part nor a receiver '{owner.Name}'; it has {string.Join(", ", offer.Parts.Select(p => p.Owner).Concat(offer.Receivers).Distinct())}");
    }

    /// <summary>The session and its terms.</summary>
    public JointOffer Offer { get; }

    /// <summary>Numbers of the parts that this owner brings, in order; none for one that only receives.</summary>
    public IReadOnlyList<int> OwnParts { get; }

    /// <summary>Whether this owner receives the generated text.</summary>
    public bool Receives => Offer.Receivers.Contains(_owner.Name);

    /// <summary>Fixes the terms with the coordinator.</summary>
    /// <exception cref="ArgumentException">The terms cannot be run, do not name this owner, or the coordinator refuses them; says why.</exception>
    /// <exception cref="Mimir.Spdz.PeerLostException">The coordinator is gone.</exception>
    public static async Task<JointSession> OfferAsync(TextOwner owner, JointTerms terms, CancellationToken cancellation)
    {
        var written = terms.On(owner.Model);
        if (!terms.Parts.Any(p => p.Owner == owner.Name) && !terms.Receivers.Contains(owner.Name))
            throw new ArgumentException($"'{owner.Name}' offers a joint session in which it has no part; name it as an owner or a receiver");
        var session = await owner.Client.CreateSessionAsync(written, cancellation);
        return new JointSession(owner, new JointOffer(session, owner.Model.Name, written), terms.Options.Weights, terms.Options.EarlyStop);
    }

    /// <summary>Agrees to another owner's terms; sends nothing yet.</summary>
    /// <param name="owner">Who agrees.</param>
    /// <param name="offer">To what.</param>
    /// <param name="weights">How the model is shared; null: secret or public, as the offer has it, without an adapter.</param>
    /// <param name="earlyStop">A receiver's: everybody may see at which token the text ends (<see cref="GenerationOptions.EarlyStop"/>).</param>
    /// <exception cref="ArgumentException">The offer is for another model or does not name this owner.</exception>
    public static JointSession Accept(TextOwner owner, JointOffer offer, WeightTerms? weights = null, bool earlyStop = false) =>
        new(owner, offer, JointTerms.WeightsOf(owner.Model, offer.Terms, weights), earlyStop);

    /// <summary>The tokens of <paramref name="text"/> as part <paramref name="number"/> of the prompt.</summary>
    public IReadOnlyList<int> Encode(int number, string text) => Encode(_owner, number, text, Offer.Terms.PublicTokens.Count > 0);

    /// <summary>The tokens of <paramref name="text"/> as part <paramref name="number"/> of a joint prompt, before there is an offer: only the first one begins with the model's first token.</summary>
    public static IReadOnlyList<int> Encode(TextOwner owner, int number, string text, bool afterPublicTokens = false) =>
        PromptText.Encode(owner.Model.Tokenizer, text, number == 0 && !afterPublicTokens);

    /// <summary>Brings this owner's texts, one for each of <see cref="OwnParts"/> in order, and takes part to the end.</summary>
    /// <exception cref="ArgumentException">A text does not fit its part; nothing was sent.</exception>
    public TextRun Run(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        if (texts.Count != OwnParts.Count) throw new ArgumentException($"'{_owner.Name}' brings {OwnParts.Count} parts of the joint prompt, not {texts.Count}");
        return RunTokens([.. texts.Select((text, i) => Encode(OwnParts[i], text))], cancellation);
    }

    /// <summary>As <see cref="Run"/>, with tokens.</summary>
    /// <exception cref="ArgumentException">A part does not fit; nothing was sent.</exception>
    public TextRun RunTokens(IReadOnlyList<IReadOnlyList<int>> parts, CancellationToken cancellation)
    {
        if (parts.Count != OwnParts.Count) throw new ArgumentException($"'{_owner.Name}' brings {OwnParts.Count} parts of the joint prompt, not {parts.Count}");
        var segments = new Dictionary<int, IReadOnlyList<int>>();
        for (var i = 0; i < parts.Count; i++) segments[OwnParts[i]] = Fitting(OwnParts[i], parts[i]);
        var run = new TextRun(_owner.Model.Tokenizer, [], cancellation);
        run.Begin(Offer.Session);
        run.Start(async (text, stop) =>
        {
            var generation = await _owner.Client.RunAsync(Offer.Session, new ClientTask
            {
                Terms = Offer.Terms,
                Segments = segments,
                Weights = _weights,
                VocabularySize = _owner.Model.LayoutOf(_weights).VocabularySize,
                StopBucket = _stopBucket,
                EndTokens = Receives ? _owner.Model.Tokenizer.EosIds : [],
                OnToken = text.Append,
                OnProgress = text.Progress,
            }, stop);
            text.Finish();
            var end = Receives && generation.Tokens.Count < Offer.MaxTokens ? TextEnd.Stop : TextEnd.Length;
            return new TextResult(Offer.Session, text.Text, end, generation, await _owner.Client.MetricsAsync(Offer.Session, stop));
        });
        return run;
    }

    private IReadOnlyList<int> Fitting(int number, IReadOnlyList<int> tokens)
    {
        if (Offer.Fits(number, tokens.Count)) return tokens;
        var room = Offer.Parts[number].Tokens;
        throw new ArgumentException(number == Offer.Parts.Count - 1
            ? $"part {number + 1} of the joint prompt has room for 1 to {room} tokens, and the text has {tokens.Count}"
            : $"part {number + 1} of the joint prompt has exactly {room} tokens, and the text has {tokens.Count}; only the last part is padded");
    }
}
