using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Chat;
using Mimir.Cli.Configuration;
using Mimir.Client;
using Mimir.Client.Joint;
using Mimir.Client.Text;
using Mimir.Services.Hardening;

namespace Mimir.Cli.Commands;

/// <summary>`mimir joint`: sessions to which several data owners bring a part of the prompt each.</summary>
public static class JointCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("joint", "Sessions in which several data owners each bring a part of the prompt") { Offer(), Accept(), Show() };

    private static Command Offer()
    {
        var text = new Option<string>("--text") { Description = "Your part of the prompt, its first; never leaves this process unmasked", HelpName = "TEXT", Required = true };
        var with = new Option<string[]>("--with") { Description = "Who goes on, and with how many tokens; repeat it, in order. The last one's number is the room it has, the others' are exact", HelpName = "NAME:TOKENS", Required = true };
        var receiver = new Option<string[]>("--receiver") { Description = "A data owner who gets the answer; repeat it. You, when not given", HelpName = "NAME" };
        var file = new Option<string?>("--out") { Description = "Write the offer to this file instead of standard output", HelpName = "FILE" };
        var model = Model();
        var config = SharedOptions.Config();
        var command = new Command("offer", "Fixes the terms, prints the offer to hand to the others, and takes part when they have accepted") { text, with, receiver, file, model, config };
        var generation = new GenerationArguments(command);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            ProcessHardening.Apply();
            await using var access = ClusterAccess.Of(settings, ShippedModel.Or(result.GetValue(model)), generation.Read(result, settings));
            var owner = access.Owner;
            var own = JointSession.Encode(owner, 0, result.GetValue(text)!);
            var session = await JointSession.OfferAsync(owner, new JointTerms
            {
                Parts = [new JointPart(owner.Name, own.Count), .. result.GetValue(with)!.Select(Part)],
                Receivers = result.GetValue(receiver) is { Length: > 0 } named ? [.. named.Distinct()] : [owner.Name],
                Options = access.Options,
            }, cancellation);
            var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            if (result.GetValue(file) is { } path) await File.WriteAllTextAsync(path, session.Offer.ToToken() + "\n", cancellation);
            else output.WriteLine(session.Offer.ToToken());
            output.Flush();
            error.WriteLine("the offer is made; waiting for the others to accept it");
            return await RunAsync(session, [own], output, cancellation);
        });
        return command;
    }

    private static Command Accept()
    {
        var offer = OfferArgument();
        var text = new Option<string[]>("--text") { Description = "Your part of the prompt; repeat it, in order, if you have several; none if you only receive", HelpName = "TEXT" };
        var model = Model();
        var config = SharedOptions.Config();
        var command = new Command("accept", "Agrees to another owner's terms and takes part") { offer, text, model, config };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            ProcessHardening.Apply();
            await using var access = ClusterAccess.Of(settings, ShippedModel.Or(result.GetValue(model)), new GenerationOptions());
            var session = JointSession.Accept(access.Owner, Read(result.GetValue(offer)!));
            Print(result.InvocationConfiguration.Error, session.Offer);
            var texts = result.GetValue(text) ?? [];
            if (texts.Length != session.OwnParts.Count) throw new UsageException($"the session has {session.OwnParts.Count} parts of '{access.Owner.Name}'; give --text as many times");
            return await RunAsync(session, [.. texts.Select((t, i) => session.Encode(session.OwnParts[i], t))], result.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    private static Command Show()
    {
        var offer = OfferArgument();
        var command = new Command("show", "The terms of an offer; connects to nobody") { offer };
        command.SetAction(result =>
        {
            Print(result.InvocationConfiguration.Output, Read(result.GetValue(offer)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string?> Model() => new("--model") { Description = "Directory with the model's config.json and tokenizer; the shipped model when not given", HelpName = "DIR" };

    private static Argument<string> OfferArgument() => new("OFFER") { Description = "The offer, or a file that holds it" };

    private static async Task<int> RunAsync(JointSession session, IReadOnlyList<IReadOnlyList<int>> parts, TextWriter output, CancellationToken cancellation)
    {
        await using var run = session.RunTokens(parts, cancellation);
        await foreach (var piece in run.Pieces)
        {
            output.Write(piece.Text);
            output.Flush();
        }
        var result = await run.Completion;
        if (session.Receives) output.WriteLine();
        else output.WriteLine($"done; the answer went to {string.Join(", ", session.Offer.Receivers)} alone");
        output.WriteLine("Revealed, and only this:");
        foreach (var fact in result.Generation.Leakage) output.WriteLine($"  {fact}");
        return ExitCode.Done;
    }

    private static JointPart Part(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var tokens)
            ? new JointPart(text[..colon], tokens)
            : throw new UsageException($"--with '{text}' names no owner and number of tokens; write NAME:TOKENS");
    }

    private static JointOffer Read(string text)
    {
        if (!File.Exists(text)) return JointOffer.Parse(text);
        using var file = new StreamReader(text);
        var buffer = new char[JointOffer.LongestToken + 1];
        return JointOffer.Parse(new string(buffer, 0, file.ReadBlock(buffer, 0, buffer.Length)));
    }

    private static void Print(TextWriter output, JointOffer offer)
    {
        output.WriteLine($"model {offer.Model}, {offer.Parties} parties, {(offer.Active ? "active" : "passive")} security, session {offer.Session}");
        for (var i = 0; i < offer.Parts.Count; i++)
            output.WriteLine($"part {i + 1}: {offer.Parts[i].Owner}, {(offer.Fits(i, 1) ? "at most" : "exactly")} {offer.Parts[i].Tokens} tokens");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answer: {offer.MaxTokens} tokens, temperature {offer.Temperature}, to {string.Join(", ", offer.Receivers)}"));
    }
}
